// The routes for those who run it: probes, metrics, pages.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "support/api_harness.h"
#include "support/exposition.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;

TEST(Operations, ALiveProcessSaysSoWithoutTheStore) {
  ApiHarness api;
  api.store().fail_next({base::ErrorCode::unavailable, "disk full", {}});
  const net::Response response = api.get("/livez");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok"})");
}

TEST(Operations, ReadyMeansThatTheStoreTookAWrite) {
  ApiHarness api;
  EXPECT_EQ(api.get("/readyz").status, 200);
  api.store().fail_next({base::ErrorCode::unavailable, "disk full", {}});
  const net::Response response = api.get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  EXPECT_EQ(api.get("/readyz").status, 200) << "the store is well again";
}

TEST(Operations, HealthSumsUp) {
  ApiHarness api;
  (void)api.post(R"({"title":"a"})");
  api.clock().advance(base::Millis(1500));
  const boost::json::value health = boost::json::parse(api.get("/health").body);
  EXPECT_EQ(health.at("status"), "ok");
  EXPECT_EQ(health.at("version"), "1.2.3");
  EXPECT_EQ(health.at("home"), "embedded");
  EXPECT_EQ(health.at("uptime_seconds"), 1.5);
  EXPECT_EQ(health.at("tasks_accepted"), 1);
  EXPECT_EQ(health.at("tasks").at("queued"), 1);
  EXPECT_EQ(health.at("tasks").as_object().size(), domain::kTaskStatuses);
}

TEST(Operations, MetricsAreOneWellFormedExposition) {
  ApiOptions options = ApiHarness::plain_options();
  options.wire_stats = [] {
    net::ServerStats stats;
    stats.connections_open = 4;
    return stats;
  };
  ApiHarness api(options);
  (void)api.post(R"({"title":"a"})");
  (void)api.post("{}");
  (void)api.get("/nowhere");
  const net::Response response = api.get("/metrics");
  EXPECT_EQ(response.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const testing::Exposition seen = testing::ExpositionReader::read(response.body);
  EXPECT_EQ(seen.fault, "");
  const auto requests = [&](const std::string& labels) {
    return seen.samples.at("ordo_http_requests_total{" + labels + "}");
  };
  EXPECT_EQ(requests(R"(method="POST",route="/tasks",status="201")"), 1);
  EXPECT_EQ(requests(R"(method="POST",route="/tasks",status="400")"), 1);
  EXPECT_EQ(requests(R"(method="other",route="other",status="404")"), 1);
  EXPECT_EQ(seen.samples.at(R"(ordo_tasks{status="queued"})"), 1);
  EXPECT_EQ(seen.samples.at("ordo_reads_waiting{}"), 0);
  EXPECT_EQ(seen.samples.at("ordo_object_calls_waiting{}"), 0);
  EXPECT_EQ(seen.samples.at("ordo_connections_open{}"), 4);
}

TEST(Operations, MetricsSayHowManyNoticesWaitForAChannelUnlessNobodyKnows) {
  base::Result<std::vector<app::WaitingNotices>> waiting{{{"team", 7}}};
  ApiOptions options = ApiHarness::plain_options();
  options.waiting_notices = [&] { return waiting; };
  ApiHarness api(options);
  const auto read = [&] { return testing::ExpositionReader::read(api.get("/metrics").body); };
  EXPECT_EQ(read().samples.at(R"(ordo_notices_waiting{channel="team"})"), 7);
  waiting = base::fail(base::ErrorCode::unavailable, "the disk");
  EXPECT_EQ(read().fault, "");
  EXPECT_FALSE(read().types.contains("ordo_notices_waiting"));
}

TEST(Operations, MetricsSayWhatAServerHasOfSharedLanes) {
  ApiOptions options = ApiHarness::plain_options();
  options.lease_stats = [] { return LeaseStats{129, true, 2, -0.5}; };
  ApiHarness api(options);
  const testing::Exposition seen = testing::ExpositionReader::read(api.get("/metrics").body);
  EXPECT_EQ(seen.fault, "");
  EXPECT_EQ(seen.samples.at("ordo_lane_groups_held{}"), 129);
  EXPECT_EQ(seen.samples.at("ordo_pipelines_held{}"), 1);
  EXPECT_EQ(seen.samples.at("ordo_servers_alive{}"), 2);
  EXPECT_EQ(seen.samples.at("ordo_lease_seconds_left{}"), -0.5);
}

TEST(Operations, TheDocumentIsServedAsJson) {
  ApiHarness api;
  const net::Response response = api.get("/openapi.json");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(boost::json::parse(response.body).at("openapi"), "3.1.0");
}

TEST(Operations, PagesTrustNothingFromElsewhere) {
  ApiHarness api;
  for (const char* path : {"/", "/docs", "/docs/home.js"}) {
    const net::Response response = api.get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_FALSE(response.body.empty()) << path;
    EXPECT_NE(response.headers.get("Content-Security-Policy").find("default-src 'self'"),
              std::string_view::npos)
        << path;
  }
  EXPECT_EQ(api.get("/docs/home.js").headers.get("Cache-Control"), "max-age=3600");
}

TEST(Operations, APageIsCompressedAndEachFormHasItsTag) {
  ApiHarness api;
  const auto get = [&](std::vector<std::pair<const char*, std::string>> fields) {
    net::Request request = ApiHarness::request("GET", "/");
    for (auto& [name, value] : fields) request.headers.add(name, std::move(value));
    return api.ask(std::move(request));
  };
  const net::Response plain = get({});
  const net::Response packed = get({{"Accept-Encoding", "gzip"}});
  EXPECT_FALSE(plain.headers.has("Content-Encoding"));
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size());
  const std::string tag(plain.headers.get("ETag"));
  const std::string packed_tag(packed.headers.get("ETag"));
  EXPECT_EQ(packed_tag, tag.substr(0, tag.size() - 1) + "-gzip\"");
  EXPECT_EQ(get({{"Accept-Encoding", "gzip"}}).body, packed.body);

  for (const net::Response& response :
       {get({{"If-None-Match", tag}}), get({{"If-None-Match", "\"x\""}, {"If-None-Match", tag}}),
        get({{"Accept-Encoding", "gzip"}, {"If-None-Match", packed_tag}})}) {
    EXPECT_EQ(response.status, 304);
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
    EXPECT_EQ(response.headers.get("Cache-Control"), "no-cache");
    EXPECT_TRUE(response.headers.has("ETag"));
  }
  EXPECT_EQ(get({{"If-None-Match", packed_tag}}).status, 200) << "the other form";
}

TEST(Operations, ThereIsNoOtherFile) {
  ApiHarness api;
  for (const char* path : {"/docs/nope.js", "/docs/..", "/docs/%2e%2e%2fetc%2fpasswd"}) {
    EXPECT_EQ(api.get(path).status, 404) << path;
  }
}

TEST(Operations, ThePageCanBeSwitchedOff) {
  ApiOptions options = ApiHarness::plain_options();
  options.docs = false;
  ApiHarness api(options);
  EXPECT_EQ(api.get("/docs").status, 404);
  EXPECT_EQ(api.get("/docs/home.js").status, 404);
  EXPECT_EQ(api.get("/openapi.json").status, 200);
}

}  // namespace
}  // namespace ordo::api
