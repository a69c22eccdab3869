#include "domain/attempt.h"

#include "base/text.h"

namespace ordo::domain {
namespace {

constexpr std::array<std::string_view, kAttemptOutcomes> kNames{"running", "succeeded", "failed",
                                                                "lost", "cancelled"};

}  // namespace

std::string_view name_of(AttemptOutcome outcome) noexcept {
  return kNames[static_cast<std::size_t>(outcome)];
}

std::string text_of(const Failure& failure) {
  std::string text = failure.type;
  if (!text.empty() && !failure.message.empty()) text += ": ";
  text += failure.message;
  return std::string(base::clip(text, kMaxErrorBytes));
}

}  // namespace ordo::domain
