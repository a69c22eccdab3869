#include "aws/dynamo.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <map>
#include <utility>

#include "aws/service_error.h"
#include "base/json_tree.h"
#include "base/uuid.h"

namespace ordo::aws {
namespace {

namespace json = boost::json;

constexpr std::size_t kBatchGetItems = 100;
// What did not fit into an answer is asked for again, and that must come to an end.
constexpr std::size_t kMaxRounds = 400;
constexpr unsigned kMaxThrottledTries = 6;
constexpr unsigned kMaxUnprocessed = 20;

void append_key(std::string& out, const Table& table, const std::string& key) {
  out.push_back('{');
  base::append_json_string(out, table.key);
  out += R"(:{"S":)";
  base::append_json_string(out, key);
  out += "}}";
}

void append_table(std::string& out, const Table& table) {
  out += R"({"TableName":)";
  base::append_json_string(out, table.name);
}

base::Result<json::object> parse_answer(std::string_view body) {
  base::Result<base::JsonValue> value = base::parse_json_tree(body);
  if (!value || !value->is_object()) {
    return base::fail(base::ErrorCode::internal, "DynamoDB answered with something else than JSON");
  }
  return std::move(value->as_object());
}

// The parameters of one Put, without the braces: the same alone and in a transaction.
void append_put(std::string& out, const ItemChange& change, const std::string& revision) {
  out += R"("TableName":)";
  base::append_json_string(out, change.table->name);
  out += R"(,"Item":{)";
  change.next.append_members(out);
  fmt::format_to(std::back_inserter(out), R"("{}":{{"S":"{}"}},"{}":{{"S":)", kRevision, revision,
                 change.table->key);
  base::append_json_string(out, change.key);
  out += "}}";
  if (change.before) {
    fmt::format_to(std::back_inserter(out),
                   R"(,"ConditionExpression":"#r = :r","ExpressionAttributeNames":{{"#r":"{}"}},)"
                   R"("ExpressionAttributeValues":{{":r":{{"S":)",
                   kRevision);
    base::append_json_string(out, *change.before);
    out += "}}";
  } else {
    fmt::format_to(
        std::back_inserter(out),
        R"x(,"ConditionExpression":"attribute_not_exists(#k)","ExpressionAttributeNames":{{"#k":"{}"}})x",
        change.table->key);
  }
}

bool is_contention(std::string_view code) {
  return code == "ConditionalCheckFailed" || code == "TransactionConflict" ||
         code == "ConditionalCheckFailedException" || code == "TransactionConflictException" ||
         code == "TransactionInProgressException";
}

bool is_too_much(std::string_view code) {
  return code == "ThrottlingError" || code == "ProvisionedThroughputExceeded" ||
         code == "RequestLimitExceeded";
}

// A cancelled transaction says of each item why; one is enough.
bool has_reason(const ServiceError& error, bool (*is_it)(std::string_view code)) {
  if (error.code != "TransactionCanceledException") return false;
  const auto body = base::parse_json_tree(error.body);
  const auto* const object = body ? body->if_object() : nullptr;
  const auto* const reasons =
      object == nullptr ? nullptr : object->if_contains("CancellationReasons");
  if (reasons == nullptr || !reasons->is_array()) return false;
  return std::ranges::any_of(reasons->get_array(), [is_it](const json::value& reason) {
    const auto* const of = reason.if_object();
    const auto* const code = of == nullptr ? nullptr : of->if_contains("Code");
    return code != nullptr && code->is_string() && is_it(code->get_string());
  });
}

// A transaction that was cancelled for any other reason than a lost race is no conflict of whoever
// asked for it.
base::Error error_of(const ServiceError& error) {
  base::Error told = to_error(error);
  if (error.code == "TransactionCanceledException") told.code = base::ErrorCode::unavailable;
  return told;
}

}  // namespace

base::Result<std::optional<Item>> Dynamo::read_one(const Table& table, const std::string& key) {
  std::string body;
  append_table(body, table);
  body += R"(,"ConsistentRead":true,"Key":)";
  append_key(body, table, key);
  body.push_back('}');
  const auto answer = service_.call("GetItem", std::move(body));
  if (!answer) return base::fail(to_error(answer.error()));
  auto object = parse_answer(*answer);
  if (!object) return base::fail(std::move(object.error()));
  const auto* const found = object->if_contains("Item");
  if (found == nullptr) return std::optional<Item>();
  base::Result<Item> item = Item::parse(*found);
  if (!item) return base::fail(std::move(item.error()));
  return std::optional(std::move(*item));
}

// Items of one request: those that did not fit into an answer are asked for again.
base::Result<void> Dynamo::read_some(const Table& table, std::span<const std::string> keys,
                                     std::span<std::optional<Item>> into) {
  std::map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < keys.size(); ++i) places[keys[i]].push_back(i);
  std::vector<std::string> wanted;
  wanted.reserve(places.size());
  for (const auto& [key, of] : places) wanted.emplace_back(key);
  for (unsigned round = 0; !wanted.empty(); ++round) {
    if (round > 0) service_.context().pause(full_jitter(round, random_));
    if (round == kMaxUnprocessed) {
      return base::fail(base::ErrorCode::unavailable,
                        "DynamoDB does not read all that it is asked");
    }
    std::string body = R"({"RequestItems":{)";
    base::append_json_string(body, table.name);
    body += R"(:{"ConsistentRead":true,"Keys":[)";
    for (const std::string& key : wanted) {
      if (body.back() != '[') body.push_back(',');
      append_key(body, table, key);
    }
    body += "]}}}";
    const auto answer = service_.call("BatchGetItem", std::move(body));
    if (!answer) return base::fail(to_error(answer.error()));
    auto object = parse_answer(*answer);
    if (!object) return base::fail(std::move(object.error()));
    wanted.clear();
    if (auto* const all = object->if_contains("Responses"); all != nullptr && all->is_object()) {
      if (auto* const found = all->get_object().if_contains(table.name);
          found != nullptr && found->is_array()) {
        for (const json::value& one : found->get_array()) {
          base::Result<Item> item = Item::parse(one);
          if (!item) return base::fail(std::move(item.error()));
          const auto of = places.find(item->text(table.key).value_or(""));
          if (of == places.end()) continue;
          for (const std::size_t place : of->second) into[place] = *item;
        }
      }
    }
    const auto* const left = object->if_contains("UnprocessedKeys");
    if (left == nullptr || !left->is_object() || left->get_object().empty()) return {};
    const auto* const of_table = left->get_object().if_contains(table.name);
    const auto* const keys_left =
        of_table == nullptr ? nullptr : of_table->as_object().if_contains("Keys");
    if (keys_left == nullptr || !keys_left->is_array()) return {};
    for (const json::value& key : keys_left->get_array()) {
      const base::Result<Item> item = Item::parse(key);
      if (item) wanted.push_back(item->text(table.key).value_or(""));
    }
  }
  return {};
}

base::Result<std::vector<std::optional<Item>>> Dynamo::read(const Table& table,
                                                            std::span<const std::string> keys) {
  std::vector<std::optional<Item>> items(keys.size());
  if (keys.size() == 1) {
    auto one = read_one(table, keys.front());
    if (!one) return base::fail(std::move(one.error()));
    items.front() = std::move(*one);
    return items;
  }
  for (std::size_t at = 0; at < keys.size(); at += kBatchGetItems) {
    const std::size_t count = std::min(kBatchGetItems, keys.size() - at);
    const auto some =
        read_some(table, keys.subspan(at, count), std::span(items).subspan(at, count));
    if (!some) return base::fail(some.error());
  }
  return items;
}

// Whether the item is the one that a change of this revision wrote.
base::Result<bool> Dynamo::holds(const ItemChange& change, const std::string& revision) {
  const auto now = read_one(*change.table, change.key);
  if (!now) return base::fail(now.error());
  return *now && (*now)->text(kRevision) == revision;
}

std::string Dynamo::new_revision() {
  return base::uuid_v4(random_.next(), random_.next());
}

// A transaction that is too much just now is cancelled, which no client tries again by itself.
std::expected<std::string, ServiceError> Dynamo::call_patiently(std::string_view action,
                                                                const std::string& body) {
  for (unsigned failed = 1;; ++failed) {
    auto answer = service_.call(action, body);
    if (answer || !has_reason(answer.error(), is_too_much) || failed == kMaxThrottledTries) {
      return answer;
    }
    service_.context().pause(full_jitter(failed, random_));
  }
}

base::Result<Wrote> Dynamo::write(std::span<const ItemChange> changes,
                                  const std::string& revision) {
  if (changes.empty()) return Wrote::done;
  std::string body;
  std::string_view action = "PutItem";
  if (changes.size() == 1) {
    body.push_back('{');
    append_put(body, changes.front(), revision);
    body.push_back('}');
  } else {
    action = "TransactWriteItems";
    body = R"({"ClientRequestToken":")" + revision + R"(","TransactItems":[)";
    for (const ItemChange& change : changes) {
      if (body.back() != '[') body.push_back(',');
      body += R"({"Put":{)";
      append_put(body, change, revision);
      body += "}}";
    }
    body += "]}";
  }
  const auto answer = call_patiently(action, body);
  if (answer) return Wrote::done;
  const bool lost_race =
      is_contention(answer.error().code) || has_reason(answer.error(), is_contention);
  if (!lost_race && !answer.error().perhaps_done) return base::fail(error_of(answer.error()));
  // A call that was made twice, because the first answer was lost, loses against itself.
  const base::Result<bool> ours = holds(changes.front(), revision);
  if (!ours) return base::fail(ours.error());
  if (*ours) return Wrote::done;
  if (lost_race) return Wrote::contended;
  return base::fail(error_of(answer.error()));
}

base::Result<std::uint64_t> Dynamo::draw(const Table& table, const std::string& counter,
                                         std::uint64_t amount) {
  std::string body;
  append_table(body, table);
  body += R"(,"Key":)";
  append_key(body, table, counter);
  fmt::format_to(
      std::back_inserter(body),
      R"(,"UpdateExpression":"ADD #l :n","ExpressionAttributeNames":{{"#l":"{}"}},)"
      R"("ExpressionAttributeValues":{{":n":{{"N":"{}"}}}},"ReturnValues":"UPDATED_NEW"}})",
      kLastDrawn, amount);
  const auto answer = service_.call("UpdateItem", std::move(body));
  if (!answer) return base::fail(to_error(answer.error()));
  auto object = parse_answer(*answer);
  if (!object) return base::fail(std::move(object.error()));
  const auto* const attributes = object->if_contains("Attributes");
  if (attributes == nullptr) {
    return base::fail(base::ErrorCode::internal, "DynamoDB did not say what it counted to");
  }
  const base::Result<Item> item = Item::parse(*attributes);
  if (!item) return base::fail(item.error());
  const auto last = item->number(kLastDrawn);
  if (!last) return base::fail(base::ErrorCode::internal, "a counter of DynamoDB is no number");
  return *last;
}

base::Result<std::vector<NumberedKey>> Dynamo::keys(const Table& table, const KeyQuery& query) {
  std::string body;
  append_table(body, table);
  fmt::format_to(std::back_inserter(body), R"(,"IndexName":"{}","ScanIndexForward":{},"Limit":{},)",
                 query.index.name, !query.newest_first, query.limit);
  body += R"("KeyConditionExpression":"#p = :p)";
  // Exclusive bounds as inclusive ones: a sort key has one condition, and BETWEEN is inclusive.
  const std::uint64_t first = query.after.value_or(0) + (query.after ? 1 : 0);
  const std::uint64_t last = query.before ? *query.before - 1 : UINT64_MAX;
  if (first > last || query.before == 0U) return std::vector<NumberedKey>();
  fmt::format_to(std::back_inserter(body),
                 R"( AND #n BETWEEN :a AND :b","ExpressionAttributeNames":{{"#p":"{}","#n":"{}"}},)"
                 R"("ExpressionAttributeValues":{{":a":{{"N":"{}"}},":b":{{"N":"{}"}},":p":{{"S":)",
                 query.index.partition, kNumber, first, last);
  base::append_json_string(body, query.partition);
  body += "}}";
  std::vector<NumberedKey> keys;
  std::string from;  // where the last page ended
  for (std::size_t round = 0; round < kMaxRounds; ++round) {
    const auto answer = service_.call("Query", body + from + "}");
    if (!answer) return base::fail(to_error(answer.error()));
    auto object = parse_answer(*answer);
    if (!object) return base::fail(std::move(object.error()));
    if (const auto* const items = object->if_contains("Items");
        items != nullptr && items->is_array()) {
      for (const json::value& one : items->get_array()) {
        const base::Result<Item> item = Item::parse(one);
        if (!item) return base::fail(item.error());
        keys.push_back({item->number(kNumber).value_or(0), item->text(table.key).value_or("")});
        if (keys.size() == query.limit) return keys;
      }
    }
    const auto* const next = object->if_contains("LastEvaluatedKey");
    if (next == nullptr) return keys;
    from = R"(,"ExclusiveStartKey":)" + base::json_tree_text(*next);
  }
  return base::fail(base::ErrorCode::unavailable, "DynamoDB pages for ever");
}

}  // namespace ordo::aws
