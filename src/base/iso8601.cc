#include "base/iso8601.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/assert.h"

namespace ordo::base {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr int kMaxEastMinutes = 14 * 60;  // Kiribati
constexpr int kMaxWestMinutes = 12 * 60;  // Baker Island

// Reads what it expects, or remembers that it could not.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Exactly `digits` decimal digits.
  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      const char c = next();
      if (c < '0' || c > '9') ok_ = false;
      value = value * 10 + (c - '0');
    }
    return ok_ ? value : 0;
  }
  void one_of(std::string_view choices) {
    if (const char c = next(); c == '\0' || choices.find(c) == std::string_view::npos) ok_ = false;
  }
  // Milliseconds of ".123456789"; nothing when there is no fraction.
  int fraction() {
    if (peek() != '.') return 0;
    next();
    int ms = 0;
    int digits = 0;
    for (; peek() >= '0' && peek() <= '9'; ++digits) {
      const int digit = next() - '0';
      if (digits < 3) ms = ms * 10 + digit;
    }
    if (digits == 0 || digits > 9) ok_ = false;
    for (; digits < 3; ++digits) ms *= 10;
    return ms;
  }
  char next() { return at_ < text_.size() ? text_[at_++] : '\0'; }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Minutes east of UTC; nothing when malformed or where no place is.
std::optional<int> scan_offset(Scanner& in) {
  const char sign = in.next();
  if (sign == 'Z' || sign == 'z') return 0;
  if (sign != '+' && sign != '-') return std::nullopt;
  const int hours = in.number(2);
  in.one_of(":");
  const int minutes = in.number(2);
  if (!in.ok() || minutes > 59) return std::nullopt;
  const int offset = hours * 60 + minutes;
  if (sign == '-' && offset == 0) return 0;  // RFC 3339: UTC, local offset unknown
  if (offset > (sign == '+' ? kMaxEastMinutes : kMaxWestMinutes)) return std::nullopt;
  return sign == '+' ? offset : -offset;
}

void put(char*& out, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out += digits;
}

const WallTime kFirst = WallTime::from_ms(-62'135'596'800'000);  // 0001-01-01T00:00:00.000Z
const WallTime kLast = WallTime::from_ms(253'402'300'799'999);   // 9999-12-31T23:59:59.999Z

}  // namespace

void append_time(std::string& out, WallTime time) {
  ORDO_ASSERT(kFirst <= time && time <= kLast);
  std::int64_t days = time.ms() / kMsPerDay;
  std::int64_t rest = time.ms() % kMsPerDay;
  if (rest < 0) {
    rest += kMsPerDay;
    --days;
  }
  const year_month_day date{sys_days(std::chrono::days(days))};
  auto ms = static_cast<unsigned>(rest);
  std::array<char, 24> text;
  char* p = text.data();
  put(p, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *p++ = '-';
  put(p, static_cast<unsigned>(date.month()), 2);
  *p++ = '-';
  put(p, static_cast<unsigned>(date.day()), 2);
  *p++ = 'T';
  put(p, ms / 3'600'000, 2);
  *p++ = ':';
  put(p, ms / 60'000 % 60, 2);
  *p++ = ':';
  put(p, ms / 1000 % 60, 2);
  *p++ = '.';
  put(p, ms % 1000, 3);
  *p = 'Z';
  out.append(text.data(), text.size());
}

std::string format_time(WallTime time) {
  std::string out;
  append_time(out, time);
  return out;
}

Result<WallTime> parse_time(std::string_view text) {
  Scanner in(text);
  const int y = in.number(4);
  in.one_of("-");
  const int mo = in.number(2);
  in.one_of("-");
  const int d = in.number(2);
  in.one_of("Tt ");
  const int h = in.number(2);
  in.one_of(":");
  const int mi = in.number(2);
  in.one_of(":");
  const int s = in.number(2);
  const int ms = in.fraction();
  if (!in.ok()) {
    return fail(ErrorCode::invalid, "not an RFC 3339 timestamp such as 2026-11-21T05:18:07Z");
  }
  const std::optional<int> offset = scan_offset(in);
  if (!offset || !in.done()) {
    return fail(ErrorCode::invalid,
                "the timestamp needs an offset at its end: Z, or -12:00 to +14:00");
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d))};
  if (y < 1 || !date.ok()) return fail(ErrorCode::invalid, "there is no such date");
  if (s == 60) return fail(ErrorCode::invalid, "leap seconds cannot be kept: send :59 or :00");
  if (h > 23 || mi > 59 || s > 59) return fail(ErrorCode::invalid, "there is no such time of day");
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = h * 60 + mi - *offset;
  const WallTime time = WallTime::from_ms(days * kMsPerDay + minutes * 60'000 + s * 1000 + ms);
  if (time < kFirst || time > kLast) {
    return fail(ErrorCode::invalid, "in UTC the timestamp is outside the years 0001 to 9999");
  }
  return time;
}

}  // namespace ordo::base
