#include "aws/unreliable_dynamo.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <set>

#include "base/assert.h"
#include "support/net_server.h"

namespace ordo::testing {
namespace {

namespace json = boost::json;

// So many of the last writes an index may not know of.
constexpr std::size_t kBehind = 12;
constexpr base::Millis kPatience{30'000};

constexpr std::array<std::string_view, 3> kWriting = {"PutItem", "TransactWriteItems",
                                                      "UpdateItem"};

bool is_writing(std::string_view action) {
  return std::ranges::find(kWriting, action) != kWriting.end();
}

net::Response refused(int status, std::string_view type, std::string_view more = "") {
  return text_answer(R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + std::string(type) +
                         R"(","message":"not today")" + std::string(more) + "}",
                     status);
}

// Each item of a transaction has its reason; one is enough to cancel it.
net::Response cancelled(const json::value& call, std::string_view code) {
  json::array reasons(call.at("TransactItems").as_array().size(), {{"Code", "None"}});
  reasons.back() = {{"Code", code}};
  return refused(400, "TransactionCanceledException",
                 R"(,"CancellationReasons":)" + json::serialize(reasons));
}

// Of an item of one of our tables, be it whole or only its keys.
std::string key_of_item(const json::object& item) {
  for (const std::string_view name : {"task_id", "record_id"}) {
    if (const auto* const key = item.if_contains(name)) {
      return std::string(key->at("S").as_string());
    }
  }
  return {};
}

std::uint64_t number_of(const json::value& attribute) {
  return std::stoull(std::string(attribute.at("N").as_string()));
}

}  // namespace

UnreliableDynamo::UnreliableDynamo(std::string upstream, std::uint64_t seed)
    : upstream_(std::move(upstream)), engine_(seed) {
  net::ServerOptions options = test_options();
  options.body_limit = [](const net::Request&) { return std::size_t{8} * 1024 * 1024; };
  server_ = start(std::move(options), [this](net::Request request, net::Reply reply) {
    const std::lock_guard lock(queue_mutex_);
    asked_.emplace_back(std::move(request), std::move(reply));
    arrived_.notify_one();
  });
  worker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

UnreliableDynamo::~UnreliableDynamo() {
  worker_ = {};
}

std::string UnreliableDynamo::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

void UnreliableDynamo::disturb(unsigned percent) {
  const std::lock_guard lock(mutex_);
  percent_ = percent;
}

void UnreliableDynamo::fail_after(unsigned writes) {
  const std::lock_guard lock(mutex_);
  writes_left_ = writes;
}

void UnreliableDynamo::shorten_pages() {
  const std::lock_guard lock(mutex_);
  short_pages_ = true;
}

void UnreliableDynamo::lag() {
  const std::lock_guard lock(mutex_);
  lags_ = true;
}

void UnreliableDynamo::calm() {
  const std::lock_guard lock(mutex_);
  percent_ = 0;
  writes_left_.reset();
  short_pages_ = lags_ = false;
  arrive();
}

std::map<std::string, std::size_t> UnreliableDynamo::happened() {
  const std::lock_guard lock(mutex_);
  return happened_;
}

std::string UnreliableDynamo::take_story() {
  const std::lock_guard lock(mutex_);
  return std::exchange(story_, {});
}

void UnreliableDynamo::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock waiting(queue_mutex_);
    if (!arrived_.wait(waiting, stop, [this] { return !asked_.empty(); })) return;
    auto [request, reply] = std::move(asked_.front());
    asked_.pop_front();
    waiting.unlock();
    const std::string target(request.headers.get("X-Amz-Target"));
    const std::lock_guard lock(mutex_);
    reply(
        [made = tell({target.substr(target.find('.') + 1), std::move(request)})] { return made; });
  }
}

unsigned UnreliableDynamo::below(unsigned bound) {
  return static_cast<unsigned>(engine_() % bound);
}

std::string UnreliableDynamo::choose_fault(std::string_view action) {
  if (writes_left_ && is_writing(action) && (*writes_left_)-- == 0) {
    writes_left_ = 0;
    ++happened_["out"];
    return "failed";
  }
  if (short_pages_ && action == "Query") return "short page";
  if (below(100) >= percent_) return {};
  std::vector<std::string> possible{"throttled", "failed", "answer lost"};
  if (is_writing(action)) possible.insert(possible.end(), {"late", "contended"});
  if (action == "BatchGetItem") possible.insert(possible.end(), {"in part", "in part"});
  if (action == "Query") possible.insert(possible.end(), {"short page", "short page"});
  std::string fault = possible[below(static_cast<unsigned>(possible.size()))];
  if (action == "UpdateItem" && fault == "contended") fault = "failed";
  ++happened_[fault];
  return fault;
}

net::Response UnreliableDynamo::tell(Call call) {
  if (is_writing(call.action)) arrive();
  const std::string fault = choose_fault(call.action);
  story_ += call.action + " " + (fault.empty() ? "" : "(" + fault + ") ");
  net::Response response = answer(std::move(call), fault);
  story_ += std::to_string(response.status) + "\n";
  return response;
}

net::Response UnreliableDynamo::answer(Call call, const std::string& fault) {
  const std::string& action = call.action;
  const bool transaction = action == "TransactWriteItems";
  if (fault == "throttled") {
    return transaction ? cancelled(json::parse(call.request.body), "ThrottlingError")
                       : refused(400, "ProvisionedThroughputExceededException");
  }
  if (fault == "contended") {
    return transaction ? cancelled(json::parse(call.request.body), "TransactionConflict")
                       : refused(400, "TransactionConflictException");
  }
  if (fault == "failed") return refused(500, "InternalServerError");
  if (fault == "late") {
    under_way_.push_back(std::move(call));
    return refused(500, "InternalServerError");
  }
  if (fault == "in part") return pass_some_on(std::move(call));
  if (action == "Query") {
    net::Response page = pass_query_on(std::move(call), fault == "short page");
    return fault == "answer lost" ? refused(500, "InternalServerError") : page;
  }
  net::Response done = pass_on(call);
  return fault == "answer lost" ? refused(500, "InternalServerError") : done;
}

void UnreliableDynamo::arrive() {
  for (const Call& call : std::exchange(under_way_, {})) {
    story_ += call.action + " arrives: " + std::to_string(pass_on(call).status) + "\n";
  }
}

net::Response UnreliableDynamo::pass_on(const Call& call) {
  net::AsyncRequest sent;
  sent.url = upstream_ + "/";
  sent.timeout = kPatience;
  sent.allow_private = true;
  sent.max_response_bytes = std::size_t{32} * 1024 * 1024;
  for (const char* const name : {"X-Amz-Target", "Authorization", "X-Amz-Date", "Content-Type"}) {
    sent.headers.add(name, std::string(call.request.headers.get(name)));
  }
  sent.body = call.request.body;
  net::Exchanged exchanged = net::exchange_and_wait(http_, std::move(sent), kPatience);
  ORDO_ASSERT(exchanged.has_value());
  if (exchanged->status == 200) note_written(call);
  return text_answer(std::move(exchanged->body), exchanged->status);
}

void UnreliableDynamo::note_written(const Call& call) {
  const auto note = [this](const json::value& put) {
    written_.push_back(key_of_item(put.at("Item").as_object()));
    if (written_.size() > kBehind) written_.pop_front();
  };
  if (call.action == "PutItem") note(json::parse(call.request.body));
  if (call.action != "TransactWriteItems") return;
  const json::value body = json::parse(call.request.body);
  for (const json::value& one : body.at("TransactItems").as_array()) note(one.at("Put"));
}

// The rest is left to be asked for again.
net::Response UnreliableDynamo::pass_some_on(Call call) {
  json::value body = json::parse(call.request.body);
  json::object& tables = body.at("RequestItems").as_object();
  const std::string table(tables.begin()->key());
  json::array& keys = tables.begin()->value().at("Keys").as_array();
  const std::size_t some = below(static_cast<unsigned>(keys.size()));  // none, perhaps
  json::value left = tables.begin()->value();
  json::array& others = left.at("Keys").as_array();
  others.erase(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(some));
  json::object answer{{"Responses", {{table, json::array()}}}};
  if (some > 0) {
    keys.resize(some);
    call.request.body = json::serialize(body);
    answer = json::parse(pass_on(call).body).as_object();
  }
  answer["UnprocessedKeys"] = {{table, left}};
  return text_answer(json::serialize(answer));
}

net::Response UnreliableDynamo::pass_query_on(Call call, bool short_page) {
  json::value body = json::parse(call.request.body);
  const std::int64_t limit = body.at("Limit").as_int64();
  if (short_page && limit > 1) {
    body.at("Limit") = short_pages_ ? 1 : 1 + below(static_cast<unsigned>(limit - 1));
    call.request.body = json::serialize(body);
  }
  net::Response response = pass_on(call);
  if (response.status != 200) return response;
  json::object page = json::parse(response.body).as_object();
  json::array& items = page.at("Items").as_array();
  const json::value& values = body.at("ExpressionAttributeValues");
  auto& known = known_[std::string(body.at("TableName").as_string()) + " " +
                       std::string(values.at(":p").at("S").as_string())];
  std::set<std::string> there;
  for (const json::value& item : items) there.insert(key_of_item(item.as_object()));

  if (lags_ && !page.contains("LastEvaluatedKey")) {
    const auto is_recent = [this](const std::string& key) {
      return std::ranges::find(written_, key) != written_.end();
    };
    json::array known_of;
    for (const json::value& item : items) {
      if (is_recent(key_of_item(item.as_object())) && below(2) == 0) {
        ++happened_["not there yet"];
      } else {
        known_of.push_back(item);
      }
    }
    items = std::move(known_of);
    const std::uint64_t first = number_of(values.at(":a"));
    const std::uint64_t last = number_of(values.at(":b"));
    for (const auto& [key, text] : known) {
      if (there.contains(key) || !is_recent(key) || below(2) == 0) continue;
      const json::value old = json::parse(text);
      const std::uint64_t number = number_of(old.at("number"));
      if (number < first || number > last) continue;
      items.push_back(old);
      ++happened_["still there"];
    }
    const bool upwards = body.at("ScanIndexForward").as_bool();
    std::ranges::sort(items, [&](const json::value& a, const json::value& b) {
      const std::uint64_t of_a = number_of(a.at("number"));
      const std::uint64_t of_b = number_of(b.at("number"));
      return upwards ? of_a < of_b : of_b < of_a;
    });
    if (items.size() > static_cast<std::size_t>(limit)) {
      items.resize(static_cast<std::size_t>(limit));
    }
  }
  for (const json::value& item : items) {
    known[key_of_item(item.as_object())] = json::serialize(item);
  }
  page["Count"] = items.size();
  return text_answer(json::serialize(page));
}

}  // namespace ordo::testing
