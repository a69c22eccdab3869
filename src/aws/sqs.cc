#include "aws/sqs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>

#include "base/json.h"

namespace ordo::aws {
namespace {

// An entry of a batch, as the text of its members, and what came of it.
struct Entry {
  std::string members;  // "\"ReceiptHandle\":…"
  std::size_t bytes = 0;
  std::string_view group = {};
};
// What the service says of an entry that succeeded: its members.
using Said = std::vector<base::JsonMember>;
using SaidOutcome = std::expected<Said, ServiceError>;

ServiceError sqs_error(std::string_view code, std::string message) {
  return {.status = 0,
          .code = std::string(code),
          .message = std::move(message),
          .call = std::string(service_name(Service::sqs))};
}

ServiceError bad_sqs_answer(std::string_view why) {
  return sqs_error(kBadAnswer, fmt::format("the answer of SQS is not understood: {}", why));
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (!out.empty() && out.back() != '{' && out.back() != ',') out += ',';
  fmt::format_to(std::back_inserter(out), "\"{}\":", name);
  base::append_json_string(out, text);
}

std::string with_url(const std::string& url) {
  std::string body = "{";
  append_member(body, "QueueUrl", url);
  return body;
}

std::string batch_body(const std::string& url, std::span<const Entry> all,
                       std::span<const std::size_t> which) {
  std::string body = with_url(url) + R"(,"Entries":[)";
  for (const std::size_t i : which) {
    if (body.back() != '[') body += ',';
    body += fmt::format(R"({{"Id":"{}",{}}})", i, all[i].members);
  }
  return body + "]}";
}

// Each object of a list, if it is one.
void for_each_object(const Said& answer, std::string_view list,
                     const std::function<void(Said)>& use) {
  const base::JsonMember* const found = base::find_member(answer, list);
  if (found == nullptr || found->kind != base::JsonKind::array) return;
  const auto elements = base::parse_json_array(found->text);
  if (!elements) return;
  for (const base::JsonMember& element : *elements) {
    auto members = base::parse_json_object(element.text);
    if (element.kind == base::JsonKind::object && members) use(std::move(*members));
  }
}

// The entry that "Id" names, if it was one of those asked for.
std::optional<std::size_t> entry_named(const Said& said, std::span<const std::size_t> which) {
  const std::string_view id = base::text_of(said, "Id");
  const auto at =
      std::ranges::find_if(which, [&](std::size_t one) { return std::to_string(one) == id; });
  return at == which.end() ? std::nullopt : std::optional(*at);
}

// A batch call of SQS over any number of entries.
class BatchCall {
 public:
  BatchCall(JsonService& service, const std::string& url, std::string_view action,
            std::span<const Entry> entries)
      : service_(service), url_(url), action_(action), entries_(entries) {
    outcomes_.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      outcomes_.emplace_back(std::unexpected(bad_sqs_answer("it does not name an entry")));
    }
  }

  std::vector<SaidOutcome> run() {
    for (std::size_t next = 0; next < entries_.size();) {
      const std::vector<std::size_t> batch = take_batch(next);
      std::vector<std::size_t> left = batch;
      for (unsigned failed = 0; !left.empty();) {
        left = send(left);
        if (left.empty() || ++failed == kMaxTries) break;
        const CallContext& context = service_.context();
        context.pause(full_jitter(failed, context.random));
      }
      for (const std::size_t i : batch) {
        if (!outcomes_[i] && !entries_[i].group.empty()) stopped_.insert(entries_[i].group);
      }
    }
    return std::move(outcomes_);
  }

 private:
  std::vector<std::size_t> take_batch(std::size_t& next) {
    std::vector<std::size_t> batch;
    std::size_t bytes = 0;
    for (; next < entries_.size() && batch.size() < kMaxSqsBatch; ++next) {
      const Entry& entry = entries_[next];
      if (stopped_.contains(entry.group)) {
        outcomes_[next] = std::unexpected(
            sqs_error(kSqsHeldBack, "one before it in its group could not be sent"));
        continue;
      }
      if (!batch.empty() && bytes + entry.bytes > kMaxSqsBatchBytes) break;
      bytes += entry.bytes;
      batch.push_back(next);
    }
    return batch;
  }

  // Those to try again.
  std::vector<std::size_t> send(const std::vector<std::size_t>& batch) {
    const auto answer = service_.call(action_, batch_body(url_, entries_, batch));
    const auto members = base::parse_json_object(answer ? *answer : "{}");
    if (!answer || !members) {
      for (const std::size_t i : batch) {
        outcomes_[i] =
            std::unexpected(answer ? bad_sqs_answer(members.error().message) : answer.error());
      }
      return {};
    }
    std::vector<std::size_t> again;
    for_each_object(*members, "Successful", [&](Said said) {
      if (const auto i = entry_named(said, batch)) outcomes_[*i] = std::move(said);
    });
    for_each_object(*members, "Failed", [&](const Said& said) {
      const auto i = entry_named(said, batch);
      if (!i) return;
      outcomes_[*i] = std::unexpected(entry_error(said));
      if (base::text_of(said, "SenderFault") != "true") again.push_back(*i);
    });
    std::ranges::sort(again);
    return again;
  }

  [[nodiscard]] ServiceError entry_error(const Said& said) const {
    const bool ours = base::text_of(said, "SenderFault") == "true";
    return {.status = ours ? 400 : 500,
            .code = std::string(base::text_of(said, "Code")),
            .message = std::string(base::text_of(said, "Message")),
            .call = fmt::format("{} {}", service_name(Service::sqs), action_)};
  }

  JsonService& service_;
  const std::string& url_;
  const std::string_view action_;
  const std::span<const Entry> entries_;
  std::vector<SaidOutcome> outcomes_;
  std::set<std::string_view> stopped_;  // groups in which a message has failed
};

std::vector<SqsQueue::Outcome<void>> without_answers(std::vector<SaidOutcome> outcomes) {
  std::vector<SqsQueue::Outcome<void>> out;
  out.reserve(outcomes.size());
  for (SaidOutcome& one : outcomes) {
    if (one) {
      out.emplace_back();
    } else {
      out.emplace_back(std::unexpected(std::move(one.error())));
    }
  }
  return out;
}

Entry entry_of(const SqsMessage& message) {
  Entry entry{.members = {}, .bytes = message.body.size(), .group = message.group};
  append_member(entry.members, "MessageBody", message.body);
  if (!message.group.empty()) append_member(entry.members, "MessageGroupId", message.group);
  if (!message.deduplication_id.empty()) {
    append_member(entry.members, "MessageDeduplicationId", message.deduplication_id);
  }
  if (message.delay.count() > 0) {
    entry.members += fmt::format(R"(,"DelaySeconds":{})", message.delay.count());
  }
  if (message.attributes.empty()) return entry;
  std::string attributes;
  for (const auto& [name, value] : message.attributes) {
    entry.bytes += name.size() + value.size() + std::string_view("String").size();
    if (!attributes.empty()) attributes += ',';
    base::append_json_string(attributes, name);
    attributes += R"(:{"DataType":"String","StringValue":)";
    base::append_json_string(attributes, value);
    attributes += '}';
  }
  entry.members += fmt::format(R"(,"MessageAttributes":{{{}}})", attributes);
  return entry;
}

// Members of the object that a member is; none when it is none.
Said object_in(const Said& said, std::string_view name) {
  const base::JsonMember* const member = base::find_member(said, name);
  if (member == nullptr || member->kind != base::JsonKind::object) return {};
  auto members = base::parse_json_object(member->text);
  return members ? std::move(*members) : Said();
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::optional<base::WallTime> time_of(const Said& attributes, std::string_view name) {
  const auto ms = whole_number(base::text_of(attributes, name));
  return ms ? std::optional(base::WallTime::from_ms(*ms)) : std::nullopt;
}

SqsReceived received_of(const Said& said) {
  const Said attributes = object_in(said, "Attributes");
  const auto text = [](const Said& members, std::string_view name) {
    return std::string(base::text_of(members, name));
  };
  SqsReceived out{
      .message_id = text(said, "MessageId"),
      .receipt_handle = text(said, "ReceiptHandle"),
      .body = text(said, "Body"),
      .group = text(attributes, "MessageGroupId"),
      .deduplication_id = text(attributes, "MessageDeduplicationId"),
      .sequence_number = text(attributes, "SequenceNumber"),
      .receive_count = static_cast<std::uint32_t>(
          whole_number(base::text_of(attributes, "ApproximateReceiveCount")).value_or(0)),
      .sent_at = time_of(attributes, "SentTimestamp"),
      .first_received_at = time_of(attributes, "ApproximateFirstReceiveTimestamp"),
      .attributes = {}};
  for (const base::JsonMember& attribute : object_in(said, "MessageAttributes")) {
    const auto value = base::parse_json_object(attribute.text);
    if (value) out.attributes[attribute.key] = text(*value, "StringValue");
  }
  return out;
}

}  // namespace

std::vector<SqsQueue::Outcome<SqsSent>> SqsQueue::send(std::span<const SqsMessage> messages) {
  std::vector<Entry> entries;
  entries.reserve(messages.size());
  for (const SqsMessage& message : messages) entries.push_back(entry_of(message));
  std::vector<Outcome<SqsSent>> out;
  out.reserve(messages.size());
  for (SaidOutcome& one : BatchCall(service_, url_, "SendMessageBatch", entries).run()) {
    if (one) {
      out.emplace_back(SqsSent{std::string(base::text_of(*one, "MessageId")),
                               std::string(base::text_of(*one, "SequenceNumber"))});
    } else {
      out.emplace_back(std::unexpected(std::move(one.error())));
    }
  }
  return out;
}

SqsQueue::Outcome<std::vector<SqsReceived>> SqsQueue::receive(const SqsReceiving& receiving) {
  std::string body = with_url(url_);
  const auto wait = std::min(receiving.wait, kMaxSqsWait);
  body +=
      fmt::format(R"(,"MaxNumberOfMessages":{},"WaitTimeSeconds":{},"AttributeNames":["All"],)"
                  R"("MessageAttributeNames":["All"])",
                  std::clamp<std::size_t>(receiving.max_messages, 1, kMaxSqsBatch), wait.count());
  if (receiving.visibility) {
    body += fmt::format(R"(,"VisibilityTimeout":{})", receiving.visibility->count());
  }
  if (!receiving.attempt_id.empty()) {
    append_member(body, "ReceiveRequestAttemptId", receiving.attempt_id);
  }
  body += '}';
  CallLimits limits = kJsonLimits;
  limits.one_try += wait;
  limits.whole += wait;
  const auto answer = service_.call("ReceiveMessage", std::move(body), limits);
  if (!answer) return std::unexpected(answer.error());
  const auto members = base::parse_json_object(*answer);
  if (!members) return std::unexpected(bad_sqs_answer(members.error().message));
  std::vector<SqsReceived> out;
  for_each_object(*members, "Messages",
                  [&](const Said& said) { out.push_back(received_of(said)); });
  return out;
}

std::vector<SqsQueue::Outcome<void>> SqsQueue::change_visibility(
    std::span<const SqsVisibility> changes) {
  std::vector<Entry> entries;
  for (const SqsVisibility& change : changes) {
    Entry& entry = entries.emplace_back();
    append_member(entry.members, "ReceiptHandle", change.receipt_handle);
    entry.members += fmt::format(R"(,"VisibilityTimeout":{})", change.timeout.count());
  }
  return without_answers(BatchCall(service_, url_, "ChangeMessageVisibilityBatch", entries).run());
}

std::vector<SqsQueue::Outcome<void>> SqsQueue::remove(
    std::span<const std::string> receipt_handles) {
  std::vector<Entry> entries;
  for (const std::string& handle : receipt_handles) {
    append_member(entries.emplace_back().members, "ReceiptHandle", handle);
  }
  return without_answers(BatchCall(service_, url_, "DeleteMessageBatch", entries).run());
}

SqsQueue::Outcome<std::map<std::string, std::string>> SqsQueue::attributes(
    std::span<const std::string> names) {
  std::string body = with_url(url_) + R"(,"AttributeNames":[)";
  for (const std::string& name : names) {
    if (body.back() != '[') body += ',';
    base::append_json_string(body, name);
  }
  const auto answer = service_.call("GetQueueAttributes", body + "]}");
  if (!answer) return std::unexpected(answer.error());
  const auto members = base::parse_json_object(*answer);
  if (!members) return std::unexpected(bad_sqs_answer(members.error().message));
  std::map<std::string, std::string> out;
  for (base::JsonMember& attribute : object_in(*members, "Attributes")) {
    out[std::move(attribute.key)] = std::move(attribute.text);
  }
  return out;
}

}  // namespace ordo::aws
