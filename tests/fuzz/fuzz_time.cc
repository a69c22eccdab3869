// Timestamps: what is read is written in one way and read back; so is every time there is.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/iso8601.h"
#include "base/text.h"
#include "fuzz/target.h"

namespace ordo::fuzz {
namespace {

using base::WallTime;

constexpr std::int64_t kFirstMs = -62'135'596'800'000;  // 0001-01-01T00:00:00.000Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

void check_text(std::string_view text) {
  const base::Result<WallTime> time = base::parse_time(text);
  if (!time) {
    ORDO_ASSERT(time.error().code == base::ErrorCode::invalid);
    ORDO_ASSERT(base::is_valid_utf8(time.error().message));
    return;
  }
  ORDO_ASSERT(kFirstMs <= time->ms() && time->ms() <= kLastMs);
  const std::string written = base::format_time(*time);
  ORDO_ASSERT(base::parse_time(written).value() == *time);
  // Already in our way of writing?
  const bool ours = text.size() == written.size() && text[10] == 'T' && text.back() == 'Z';
  ORDO_ASSERT(!ours || text == written);
}

void check_number(std::uint64_t bits) {
  const auto span = static_cast<std::uint64_t>(kLastMs - kFirstMs) + 1;
  const WallTime time = WallTime::from_ms(kFirstMs + static_cast<std::int64_t>(bits % span));
  ORDO_ASSERT(base::parse_time(base::format_time(time)).value() == time);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check_text(ordo::fuzz::text_of(data, size));
  std::uint64_t bits = 0;
  if (size >= sizeof bits) {
    std::memcpy(&bits, data, sizeof bits);
    ordo::fuzz::check_number(bits);
  }
  return 0;
}
