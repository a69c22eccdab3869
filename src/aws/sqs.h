// A queue of SQS, standard or FIFO.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "aws/json_service.h"
#include "base/time.h"

namespace ordo::aws {

inline constexpr std::size_t kMaxSqsBatch = 10;
// Of the bodies and attributes of one request. SQS takes more now; one message over it goes alone.
inline constexpr std::size_t kMaxSqsBatchBytes = 256UL * 1024;
inline constexpr std::chrono::seconds kMaxSqsWait{20};

struct SqsMessage {
  std::string body;
  std::string group = {};             // FIFO: its lane
  std::string deduplication_id = {};  // FIFO: taken once within five minutes
  std::chrono::seconds delay{0};      // standard queues only
  std::map<std::string, std::string> attributes = {};
};
struct SqsSent {
  std::string message_id;
  std::string sequence_number;  // FIFO
};

struct SqsReceived {
  std::string message_id;
  std::string receipt_handle;
  std::string body;
  std::string group;
  std::string deduplication_id;
  std::string sequence_number;
  std::uint32_t receive_count = 0;
  std::optional<base::WallTime> sent_at;
  std::optional<base::WallTime> first_received_at;
  std::map<std::string, std::string> attributes;
};
struct SqsReceiving {
  std::size_t max_messages = kMaxSqsBatch;
  std::chrono::seconds wait{0};
  std::optional<std::chrono::seconds> visibility = {};  // otherwise the queue's
  std::string attempt_id = {};  // FIFO: of a call that is made again, so that it gets the same
};

struct SqsVisibility {
  std::string receipt_handle;
  std::chrono::seconds timeout{0};
};

// Any thread.
class SqsQueue {
 public:
  // `service` speaks kSqsTarget; borrowed.
  SqsQueue(JsonService& service, std::string url) : service_(service), url_(std::move(url)) {}

  template <class T>
  using Outcome = std::expected<T, ServiceError>;

  // In their order, ten at a time. Outcomes are in the order of the messages. What SQS fails to
  // take for no reason of the message's is tried again; a message that fails for good holds back
  // those of its group that would be sent after it (kSqsHeldBack), for they would overtake it.
  // Within one request of ten SQS itself may take a message and not the one before it.
  std::vector<Outcome<SqsSent>> send(std::span<const SqsMessage> messages);

  Outcome<std::vector<SqsReceived>> receive(const SqsReceiving& receiving = {});

  // Outcomes are in the order given.
  std::vector<Outcome<void>> change_visibility(std::span<const SqsVisibility> changes);
  std::vector<Outcome<void>> remove(std::span<const std::string> receipt_handles);

  // "ApproximateNumberOfMessages" → "3"
  Outcome<std::map<std::string, std::string>> attributes(std::span<const std::string> names);

  [[nodiscard]] const std::string& url() const noexcept { return url_; }

 private:
  JsonService& service_;
  const std::string url_;
};

inline constexpr std::string_view kSqsHeldBack = "HeldBack";  // it was not sent

}  // namespace ordo::aws
