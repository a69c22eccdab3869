// A channel that is a topic of SNS.
#pragma once

#include <cstddef>
#include <string>

#include "aws/service_client.h"
#include "ports/notifier.h"

namespace ordo::aws {

inline constexpr std::size_t kMaxSubjectCharacters = 100;
inline constexpr std::size_t kMaxSnsMessageBytes = 256UL * 1024;
// A notice over that goes without those members of its data that are longer; their names follow as
// "omitted".
inline constexpr std::size_t kMaxKeptMemberBytes = 4UL * 1024;

// Publishes {"number", "kind", "at", "data"} with the message attribute `kind`, for subscriptions
// that filter. On a FIFO topic a notice that is told again within five minutes comes once.
class SnsNotifier : public ports::Notifier {
 public:
  // `endpoint` is that of sns. `topic` is its ARN.
  SnsNotifier(const CallContext& context, Endpoint endpoint, std::string topic)
      : client_(context, std::move(endpoint)), topic_(std::move(topic)) {}

  // `invalid`: the topic does not take this very notice. Anything else, a topic that is not there
  // included, may be put right: `unavailable`.
  base::Result<void> notify(const ports::Notice& notice) override;

 private:
  ServiceClient client_;
  const std::string topic_;
};

// What people see first: one line of ASCII, 1 to kMaxSubjectCharacters.
[[nodiscard]] std::string sns_subject(const ports::Notice& notice);
[[nodiscard]] std::string sns_message(const ports::Notice& notice);

}  // namespace ordo::aws
