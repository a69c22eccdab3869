#include "aws/queue_event.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/json.h"

namespace ordo::aws {
namespace {

using base::JsonKind;
using base::JsonMember;
using RecordMembers = std::vector<JsonMember>;

constexpr std::string_view kFifoSuffix = ".fifo";

std::unexpected<base::Error> bad_queue_event(std::string_view what) {
  return base::fail(base::ErrorCode::invalid, fmt::format("the SQS event {}", what));
}

// Null: there is no such text.
const std::string* text_of_record(const RecordMembers& members, std::string_view key) {
  const JsonMember* const found = base::find_member(members, key);
  return found != nullptr && found->kind == JsonKind::string ? &found->text : nullptr;
}

std::optional<std::int64_t> read_count(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (fault != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

base::Result<QueueMessage> read_record(const JsonMember& record, std::size_t number) {
  if (record.kind != JsonKind::object) {
    return bad_queue_event(fmt::format("has a record {} that is no object", number));
  }
  const auto members = base::parse_json_object(record.text);
  if (!members) return base::fail(members.error());
  const JsonMember* const nested = base::find_member(*members, "attributes");
  const auto attributes = nested != nullptr && nested->kind == JsonKind::object
                              ? base::parse_json_object(nested->text)
                              : base::Result<RecordMembers>(RecordMembers());
  if (!attributes) return base::fail(attributes.error());

  QueueMessage message;
  std::string missing;
  const auto take = [&missing](std::string& into, const RecordMembers& from, std::string_view key) {
    const std::string* const text = text_of_record(from, key);
    if (text != nullptr) into = *text;
    if (text == nullptr && missing.empty()) missing = key;
  };
  std::string receive_count;
  std::string sent_at;
  take(message.message_id, *members, "messageId");
  take(message.receipt_handle, *members, "receiptHandle");
  take(message.body, *members, "body");
  take(message.queue_arn, *members, "eventSourceARN");
  take(receive_count, *attributes, "ApproximateReceiveCount");
  take(sent_at, *attributes, "SentTimestamp");
  if (!missing.empty()) {
    return bad_queue_event(fmt::format("has no {} in record {}", missing, number));
  }
  const auto count = read_count(receive_count);
  const auto sent_ms = read_count(sent_at);
  if (!count || !sent_ms) {
    return bad_queue_event(fmt::format("has a {} that is no number in record {}",
                                       count ? "SentTimestamp" : "ApproximateReceiveCount",
                                       number));
  }
  message.receive_count = *count;
  message.sent_at = base::WallTime::from_ms(*sent_ms);
  message.group = base::text_of(*attributes, "MessageGroupId");
  message.deduplication_id = base::text_of(*attributes, "MessageDeduplicationId");
  message.sequence_number = base::text_of(*attributes, "SequenceNumber");
  // "arn:aws:sqs:eu-central-1:123456789012:orders.fifo"
  message.queue_name = message.queue_arn.substr(message.queue_arn.rfind(':') + 1);
  message.base_name = message.queue_name;
  if (message.base_name.ends_with(kFifoSuffix)) {
    message.base_name.resize(message.base_name.size() - kFifoSuffix.size());
  }
  return message;
}

}  // namespace

base::Result<std::vector<QueueMessage>> read_queue_event(std::string_view event) {
  const auto members = base::parse_json_object(event);
  if (!members) return bad_queue_event("is not understood: " + members.error().message);
  const JsonMember* const list = base::find_member(*members, "Records");
  if (list == nullptr || list->kind != JsonKind::array) return bad_queue_event("has no Records");
  const auto records = base::parse_json_array(list->text);
  if (!records) return base::fail(records.error());
  std::vector<QueueMessage> messages;
  messages.reserve(records->size());
  for (const JsonMember& record : *records) {
    auto message = read_record(record, messages.size() + 1);
    if (!message) return base::fail(std::move(message.error()));
    messages.push_back(std::move(*message));
  }
  return messages;
}

std::string batch_answer(std::span<const std::string> failed_message_ids) {
  std::string out = R"({"batchItemFailures":[)";
  for (const std::string& id : failed_message_ids) {
    out += out.back() == '[' ? R"({"itemIdentifier":)" : R"(,{"itemIdentifier":)";
    base::append_json_string(out, id);
    out.push_back('}');
  }
  out += "]}";
  return out;
}

}  // namespace ordo::aws
