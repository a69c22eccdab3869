#include "aws/s3_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <thread>
#include <utility>

#include "base/iso8601.h"
#include "base/percent.h"
#include "base/text.h"
#include "ports/object_rules.h"

namespace ordo::aws {
namespace {

constexpr const char* kPutAt = "x-amz-meta-ordo-put-at";
constexpr std::size_t kMaxToldBucket = 255;

std::string object_path(std::string_view key) {
  std::string path;
  for (const std::string_view part : base::split(key, '/')) {
    path += '/';
    path += base::percent_encode(part);
  }
  return path;
}

net::Request object_request(std::string method, std::string_view key) {
  net::Request request;
  request.method = std::move(method);
  request.path = object_path(key);
  return request;
}

std::string unquoted_etag(std::string_view etag) {
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return std::string(etag);
}

ports::ObjectInfo info_of(std::string key, std::uint64_t bytes, const net::Headers& headers) {
  const auto put_at = base::parse_time(headers.get(kPutAt));
  return {.key = std::move(key),
          .bytes = bytes,
          .content_type = std::string(headers.get("Content-Type")),
          .etag = unquoted_etag(headers.get("ETag")),
          .modified_at =
              put_at ? *put_at
                     : parse_http_date(headers.get("Last-Modified")).value_or(base::WallTime())};
}

std::uint64_t length_of(const net::Headers& headers) {
  const std::string_view text = headers.get("Content-Length");
  std::uint64_t bytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes;
}

// A bucket that the map names and S3 does not have is no missing object.
bool is_no_object(const ServiceError& error) {
  return error.status == 404 && error.code != "NoSuchBucket";
}

base::Error object_error(ServiceError error, std::string_view action) {
  error.call += fmt::format(" {}", action);
  return to_error(error);
}

base::Result<ListedKeys> list_keys(ServiceClient& bucket, const std::string& prefix,
                                   const std::string& after, std::size_t limit) {
  net::Request request;
  request.method = "GET";
  request.path = "/";
  request.query = fmt::format("list-type=2&encoding-type=url&max-keys={}", limit);
  if (!prefix.empty()) request.query += "&prefix=" + base::percent_encode(prefix);
  if (!after.empty()) request.query += "&start-after=" + base::percent_encode(after);
  auto answer = bucket.call(request);
  if (!answer) return base::fail(object_error(std::move(answer.error()), "ListObjectsV2"));
  return read_listed_keys(answer->body);
}

// What HEAD says of each key; nothing of one that is gone meanwhile.
using Looked = base::Result<std::optional<ports::ObjectInfo>>;

Looked look_at(ServiceClient& bucket, const std::string& key) {
  auto answer = bucket.call(object_request("HEAD", key));
  if (answer) return std::optional(info_of(key, length_of(answer->headers), answer->headers));
  if (is_no_object(answer.error())) return std::nullopt;
  return base::fail(object_error(std::move(answer.error()), "HeadObject"));
}

std::vector<Looked> look_at_all(ServiceClient& bucket, const std::vector<std::string>& keys) {
  std::vector<Looked> out(keys.size(), Looked(std::nullopt));
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < keys.size(); i = next++) out[i] = look_at(bucket, keys[i]);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(kSideBySide, keys.size()); ++i) others.emplace_back(work);
  work();
  others.clear();
  return out;
}

}  // namespace

base::Result<ListedKeys> read_listed_keys(std::string_view xml) {
  const auto bad = [](std::string_view why) {
    return base::fail(base::ErrorCode::internal,
                      fmt::format("the list of S3 is not understood: {}", why));
  };
  boost::property_tree::ptree tree;
  try {
    std::istringstream text{std::string(xml)};
    boost::property_tree::read_xml(text, tree);
  } catch (const boost::property_tree::xml_parser_error& fault) {
    return bad(fault.what());
  }
  const auto result = tree.get_child_optional("ListBucketResult");
  if (!result) return bad("it is no ListBucketResult");
  ListedKeys out;
  out.more = result->get<std::string>("IsTruncated", "") == "true";
  for (const auto& [name, element] : *result) {
    if (name != "Contents") continue;
    const auto key = base::percent_decode(element.get<std::string>("Key", ""), true);
    if (!key || key->empty()) return bad("a key is not encoded as was asked for");
    out.keys.push_back(*key);
  }
  return out;
}

S3Objects::S3Objects(const CallContext& context, const std::map<std::string, Endpoint>& buckets)
    : clock_(context.clock) {
  for (const auto& [name, endpoint] : buckets) {
    buckets_[name] = std::make_unique<ServiceClient>(context, endpoint);
  }
}

ServiceClient* S3Objects::bucket_of(const std::string& name) const {
  const auto at = buckets_.find(name);
  return at == buckets_.end() ? nullptr : at->second.get();
}

base::Result<ports::ObjectInfo> S3Objects::put(const std::string& bucket, const std::string& key,
                                               const std::string& body,
                                               const std::string& content_type) {
  ServiceClient* const to = bucket_of(bucket);
  if (to == nullptr) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("no bucket of S3 is set for the bucket \"{}\"",
                                  base::clip(bucket, kMaxToldBucket)));
  }
  if (auto fits = ports::check_object(bucket, key, body.size(), content_type); !fits) {
    return base::fail(std::move(fits.error()));
  }
  const base::WallTime now = clock_.wall();
  net::Request request = object_request("PUT", key);
  request.headers.add("Content-Type", content_type);
  request.headers.add(kPutAt, base::format_time(now));
  request.body = body;
  auto answer = to->call(request);
  if (!answer) return base::fail(object_error(std::move(answer.error()), "PutObject"));
  return ports::ObjectInfo{.key = key,
                           .bytes = body.size(),
                           .content_type = content_type,
                           .etag = unquoted_etag(answer->headers.get("ETag")),
                           .modified_at = now};
}

base::Result<std::optional<ports::Object>> S3Objects::get(const std::string& bucket,
                                                          const std::string& key) {
  ServiceClient* const from = bucket_of(bucket);
  if (from == nullptr || !ports::is_object_key(key)) return std::nullopt;
  auto answer = from->call(object_request("GET", key));
  if (!answer) {
    if (is_no_object(answer.error())) return std::nullopt;
    return base::fail(object_error(std::move(answer.error()), "GetObject"));
  }
  return std::optional(
      ports::Object{info_of(key, answer->body.size(), answer->headers), std::move(answer->body)});
}

base::Result<std::optional<ports::ObjectPage>> S3Objects::list(const std::string& bucket,
                                                               const std::string& prefix,
                                                               const std::string& after,
                                                               std::size_t limit) {
  ServiceClient* const of = bucket_of(bucket);
  if (of == nullptr) return std::nullopt;
  const auto listed = list_keys(*of, prefix, after, std::min(limit, kMaxListed));
  if (!listed) return base::fail(listed.error());
  ports::ObjectPage page;
  if (listed->keys.empty()) {
    const bool all = prefix.empty() && after.empty();
    const auto any = all ? listed : list_keys(*of, "", "", 1);
    if (!any) return base::fail(any.error());
    return any->keys.empty() ? std::nullopt : std::optional(std::move(page));
  }
  for (Looked& looked : look_at_all(*of, listed->keys)) {
    if (!looked) return base::fail(looked.error());
    if (*looked) page.items.push_back(std::move(**looked));
  }
  if (listed->more) page.after = listed->keys.back();
  return std::optional(std::move(page));
}

}  // namespace ordo::aws
