// What each service that a state machine calls does here.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/orders.h"
#include "app/service_calls.h"
#include "base/digest.h"
#include "base/iso8601.h"
#include "base/text.h"
#include "domain/order.h"
#include "domain/task_rules.h"
#include "ports/notifier.h"

namespace ordo::app {
namespace {

constexpr std::string_view kOrdersTable = "orders";
constexpr std::string_view kDefaultLane = "main";

// {"S": "text"} or {"N": "4"}.
std::optional<std::string> attribute(const CallParameters& item, std::string_view name,
                                     std::string_view type) {
  const auto value = item.object(name);
  return value ? value->text(type) : std::nullopt;
}

std::string item_of(const domain::Order& order) {
  std::string out = R"({"Item":{"record_id":{"S":)";
  base::append_json_string(out, order.record.id.value());
  out += R"(},"parameter_1":{"S":)";
  base::append_json_string(out, order.record.parameter_1);
  fmt::format_to(
      std::back_inserter(out),
      R"(}},"parameter_2":{{"N":"{}"}},"status":{{"S":"{}"}},"accepted_at":{{"S":"{}"}},)"
      R"("expires_at":{{"N":"{}"}}}}}})",
      order.record.parameter_2, domain::name_of(order.status), base::format_time(order.accepted_at),
      order.expires_at.ms() / 1000);
  return out;
}

// What "SET #s = :v" sets, and to what: the names that stand for others are looked up.
std::optional<std::pair<std::string, std::string>> parse_update(const CallParameters& parameters) {
  const std::string expression = parameters.text("UpdateExpression").value_or("");
  std::string words;
  for (const char c : expression) {
    if (c == '=') {
      words += " = ";
    } else {
      words.push_back(c);
    }
  }
  std::vector<std::string> parts;
  std::size_t at = 0;
  while ((at = words.find_first_not_of(" \t\n", at)) != std::string::npos) {
    const std::size_t end = std::min(words.find_first_of(" \t\n", at), words.size());
    parts.push_back(words.substr(at, end - at));
    at = end;
  }
  if (parts.size() != 4 || !base::equals_ignoring_case(parts[0], "SET") || parts[2] != "=") {
    return std::nullopt;
  }
  std::string name = parts[1];
  if (name.starts_with('#')) {
    const auto names = parameters.object("ExpressionAttributeNames");
    name = names ? names->text(name).value_or("") : "";
  }
  const auto values = parameters.object("ExpressionAttributeValues");
  const auto value = values ? attribute(*values, parts[3], "S") : std::nullopt;
  if (!value) return std::nullopt;
  return std::pair(std::move(name), *value);
}

bool names_orders(const ServiceCalls::Order& order) {
  const auto table = order.parameters.text("TableName");
  if (!table) {
    order.missing("TableName");
    return false;
  }
  if (last_part(*table) == kOrdersTable) return true;
  order.fail("DynamoDB.ResourceNotFoundException",
             fmt::format("there is no table \"{}\"; ordo has \"{}\"", *table, kOrdersTable));
  return false;
}

std::optional<domain::RecordId> key_of(const ServiceCalls::Order& order) {
  const auto key = order.parameters.object("Key");
  const auto id = key ? attribute(*key, "record_id", "S") : std::nullopt;
  if (!id) {
    order.missing("Key");
    return std::nullopt;
  }
  return domain::RecordId(*id);
}

}  // namespace

// A task: the message is its payload, the group its lane.
void ServiceCalls::send_message(const Order& order) {
  const auto queue = order.parameters.text("QueueUrl");
  if (!queue) return order.missing("QueueUrl");
  const auto body = order.parameters.content("MessageBody");
  // Null is none; a text may be the word.
  if (!body || order.parameters.json("MessageBody") == "null") return order.missing("MessageBody");
  Submission submission;
  domain::TaskDraft& draft = submission.draft;
  draft.queue = domain::QueueName(last_part(*queue));
  draft.lane =
      domain::LaneKey(order.parameters.text("MessageGroupId").value_or(std::string(kDefaultLane)));
  // The same call made again is the same task.
  const std::string id =
      order.parameters.text("MessageDeduplicationId").value_or(call_name(order.call));
  if (domain::check_task_id(id) || domain::check_lane(draft.lane.value())) {
    return order.fail("SQS.InvalidParameterValueException",
                      "a MessageGroupId or MessageDeduplicationId is 1 to 128 characters of "
                      "A-Za-z0-9._:- (a group may have any)");
  }
  draft.id = domain::TaskId(id);
  base::Result<std::string> payload = base::compact_json(*body);
  if (payload && payload->starts_with('{')) {
    draft.content.payload = std::move(*payload);
  } else {
    draft.content.payload = R"({"message":)";
    base::append_json_string(draft.content.payload, *body);
    draft.content.payload.push_back('}');
  }
  submit(parts_.backend, std::move(submission),
         [order, md5 = base::md5_hex(*body)](const base::Result<Submitted>& submitted) {
           if (!submitted) {
             const bool no_queue = submitted.error().code == base::ErrorCode::invalid;
             return order.fail(no_queue ? "SQS.QueueDoesNotExistException" : "SQS.SqsException",
                               submitted.error().fields.empty()
                                   ? submitted.error().message
                                   : submitted.error().fields.front().message);
           }
           order.done(
               fmt::format(R"({{"MD5OfMessageBody":"{}","MessageId":"{}","SequenceNumber":"{}"}})",
                           md5, submitted->task.id.value(), submitted->task.sequence.value()));
         });
}

// A notice for every channel.
void ServiceCalls::publish(const Order& order) {
  const auto message = order.parameters.json("Message");
  if (!message) return order.missing("Message");
  const std::string topic = last_part(order.parameters.text("TopicArn").value_or(""));
  const std::string id = call_name(order.call);
  ports::AddNotice notice;
  notice.kind = ports::kMessageNotice;
  notice.now = parts_.backend.clock.wall();
  notice.data = R"({"message_id":)";
  base::append_json_string(notice.data, id);
  notice.data += R"(,"topic":)";
  base::append_json_string(notice.data, topic);
  notice.data += R"(,"subject":)";
  base::append_json_or_null(notice.data, order.parameters.text("Subject"));
  notice.data += R"(,"execution_id":)";
  base::append_json_string(notice.data, order.call.execution.value());
  notice.data += R"(,"message":)";
  notice.data += *message;
  notice.data.push_back('}');
  commit(order, std::move(notice),
         [noticed = parts_.noticed, id](const Order& wanted, ports::WriteAnswer& answer) {
           if (!answer) return wanted.fail("SNS.SnsException", answer.error().message);
           if (noticed) noticed();
           wanted.done(fmt::format(R"({{"MessageId":"{}"}})", id));
         });
}

void ServiceCalls::put_object(const Order& order) {
  const auto bucket = order.parameters.text("Bucket");
  if (!bucket) return order.missing("Bucket");
  const auto key = order.parameters.text("Key");
  if (!key) return order.missing("Key");
  if (parts_.objects == nullptr) return order.fail("S3.S3Exception", "there are no objects here");
  // Without another copy of the body for as long as it waits.
  parts_.backend.for_objects().run_call(
      [order, bucket = *bucket, key = *key, objects = parts_.objects](const ports::Reads&) {
        // As at AWS: a Task's body is written as JSON, a text too; a Map's results are a text.
        const bool of_map = order.call.resource->service == "s3";
        const std::string body =
            (of_map ? order.parameters.text("Body") : order.parameters.json("Body")).value_or("");
        const std::string type = order.parameters.text("ContentType").value_or("application/json");
        const auto put = objects->put(bucket, key, body, type);
        if (!put) return order.fail("S3.S3Exception", put.error().message);
        order.done(fmt::format(R"({{"ETag":"\"{}\""}})", put->etag));
      });
}

void ServiceCalls::get_object(const Order& order) {
  const auto bucket = order.parameters.text("Bucket");
  if (!bucket) return order.missing("Bucket");
  const auto key = order.parameters.text("Key");
  if (!key) return order.missing("Key");
  if (parts_.objects == nullptr) return order.fail("S3.S3Exception", "there are no objects here");
  parts_.backend.for_objects().run_call(
      [order, bucket = *bucket, key = *key, objects = parts_.objects](const ports::Reads&) {
        const auto object = objects->get(bucket, key);
        if (!object) return order.fail("S3.S3Exception", object.error().message);
        if (!*object) {
          return order.fail("S3.NoSuchKeyException", "The specified key does not exist.");
        }
        const ports::ObjectInfo& info = (*object)->info;
        if (!base::is_valid_utf8((*object)->body)) {
          return order.fail("S3.S3Exception", "the object is no text");
        }
        std::string out = R"({"Body":)";
        base::append_json_string(out, (*object)->body);
        out += R"(,"ContentType":)";
        base::append_json_string(out, info.content_type);
        fmt::format_to(std::back_inserter(out),
                       R"(,"ContentLength":{},"ETag":"\"{}\"","LastModified":"{}"}})", info.bytes,
                       info.etag, base::format_time(info.modified_at));
        order.done(std::move(out));
      });
}

// What a Map reads as its items.
void ServiceCalls::list_objects(const Order& order) {
  const auto bucket = order.parameters.text("Bucket");
  if (!bucket) return order.missing("Bucket");
  if (parts_.objects == nullptr) return order.fail("S3.S3Exception", "there are no objects here");
  const std::string prefix = order.parameters.text("Prefix").value_or("");
  parts_.backend.for_objects().run_call(
      [order, bucket = *bucket, prefix, objects = parts_.objects](const ports::Reads&) {
        constexpr std::size_t kPage = 1000;
        std::string out = R"({"Contents":[)";
        std::size_t listed = 0;
        for (std::optional<std::string> after = ""; after && listed <= states::kMaxMapItems;) {
          auto page = objects->list(bucket, prefix, *after, kPage);
          if (!page) return order.fail("S3.S3Exception", page.error().message);
          if (!*page) {
            return order.fail("S3.NoSuchBucketException", "The specified bucket does not exist");
          }
          for (const ports::ObjectInfo& info : (*page)->items) {
            if (listed++ > 0) out.push_back(',');
            fmt::format_to(std::back_inserter(out), R"({{"Etag":"\"{}\"","Key":)", info.etag);
            base::append_json_string(out, info.key);
            fmt::format_to(std::back_inserter(out),
                           R"(,"LastModified":{},"Size":{},"StorageClass":"STANDARD"}})",
                           info.modified_at.ms() / 1000, info.bytes);
          }
          after = std::move((*page)->after);
        }
        order.done(out + "]}");
      });
}

void ServiceCalls::get_item(const Order& order) {
  if (!names_orders(order)) return;
  const auto id = key_of(order);
  if (!id) return;
  parts_.backend.readers.run_call(
      [order, id = *id, &clock = parts_.backend.clock](const ports::Reads& reads) {
        const auto found = reads.orders.find(id, clock.wall());
        if (!found) return order.fail("DynamoDB.DynamoDbException", found.error().message);
        order.done(*found ? item_of(**found) : "{}");
      });
}

void ServiceCalls::put_item(const Order& order) {
  if (!names_orders(order)) return;
  const auto item = order.parameters.object("Item");
  if (!item) return order.missing("Item");
  domain::OrderRecord record;
  record.id = domain::RecordId(attribute(*item, "record_id", "S").value_or(""));
  record.parameter_1 = attribute(*item, "parameter_1", "S").value_or("");
  const std::string number = attribute(*item, "parameter_2", "N").value_or("");
  const auto compact = base::compact_json(number);
  record.parameter_2 = compact ? *compact : "";
  const bool is_number =
      compact && !compact->empty() &&
      (compact->front() == '-' || (compact->front() >= '0' && compact->front() <= '9'));
  if (!is_number || domain::check_record_id(record.id.value()) ||
      domain::check_parameter_1(record.parameter_1) ||
      domain::check_parameter_2(record.parameter_2)) {
    return order.fail("DynamoDB.ValidationException",
                      R"(an item has "record_id" {"S"}, "parameter_1" {"S"}, "parameter_2" {"N"})");
  }
  collect_orders(parts_.backend, {std::move(record)},
                 [order](const base::Result<ports::OrdersAccepted>& accepted) {
                   if (accepted) return order.done("{}");
                   const bool taken = accepted.error().code == base::ErrorCode::conflict;
                   order.fail(
                       taken ? "DynamoDB.ConditionalCheckFailedException" : "ServiceUnavailable",
                       accepted.error().message);
                 });
}

// An order's status is all of it that changes.
void ServiceCalls::update_item(const Order& order) {
  if (!names_orders(order)) return;
  const auto id = key_of(order);
  if (!id) return;
  const auto update = parse_update(order.parameters);
  const auto status = update && update->first == "status"
                          ? domain::order_status_named(update->second)
                          : std::nullopt;
  if (!status || *status == domain::OrderStatus::pending) {
    return order.fail("DynamoDB.ValidationException",
                      "of an order only \"status\" is set, to \"accepted\" or \"rejected\": "
                      "\"SET #status = :status\"");
  }
  ports::SettleOrders settle{{{*id, *status}}, parts_.backend.clock.wall()};
  commit(order, std::move(settle), [](const Order& wanted, ports::WriteAnswer& answer) {
    if (!answer) return wanted.fail("DynamoDB.DynamoDbException", answer.error().message);
    if (std::get<ports::OrdersSettled>(*answer).changed == 0) {
      return wanted.fail("DynamoDB.ConditionalCheckFailedException",
                         "the order is not pending any more, or is not there");
    }
    wanted.done("{}");
  });
}

}  // namespace ordo::app
