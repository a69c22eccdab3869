#include "system/time_zone_file.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "domain/cron.h"
#include "system/time_zone_rule.h"

namespace ordo::system {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using base::WallTime;
using std::chrono::seconds;
using Transition = domain::TransitionZone::Transition;

// The moments that a zone is asked about: years 1 to 9999.
constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;

constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kTypeBytes = 6;

struct Header {
  char version = 0;
  std::size_t utc_flags = 0;
  std::size_t standard_flags = 0;
  std::size_t leaps = 0;
  std::size_t times = 0;
  std::size_t types = 0;
  std::size_t name_bytes = 0;

  [[nodiscard]] std::size_t body_bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * kTypeBytes + name_bytes + leaps * (time_bytes + 4) +
           standard_flags + utc_flags;
  }
};

// Big-endian, with a sign.
std::int64_t integer(std::string_view bytes) {
  constexpr unsigned char kSign = 0x80;
  const bool negative = (static_cast<unsigned char>(bytes.front()) & kSign) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return std::nullopt;
  const auto count = [bytes](std::size_t index) {
    constexpr std::size_t kFirstCount = 20;
    return static_cast<std::size_t>(
        static_cast<std::uint32_t>(integer(bytes.substr(kFirstCount + 4 * index, 4))));
  };
  return Header{bytes[4], count(0), count(1), count(2), count(3), count(4), count(5)};
}

// What changes nothing is left out; of two at one moment the later one holds.
void append(std::vector<Transition>& transitions, seconds before, Transition next) {
  if (!transitions.empty() && transitions.back().at == next.at) transitions.pop_back();
  const seconds now = transitions.empty() ? before : transitions.back().offset;
  if (next.offset != now) transitions.push_back(next);
}

struct Table {
  seconds before{0};
  std::vector<Transition> transitions;
  std::optional<std::int64_t> last_second;
};

Result<Table> read_table(const Header& header, std::string_view body, std::size_t time_bytes) {
  const std::string_view indices = body.substr(header.times * time_bytes);
  const std::string_view types = indices.substr(header.times);
  const auto offset_of = [&](std::size_t type) {
    return seconds(integer(types.substr(type * kTypeBytes, 4)));
  };
  for (std::size_t type = 0; type < header.types; ++type) {
    if (std::chrono::abs(offset_of(type)) >= domain::kMaxOffset) {
      return fail(ErrorCode::invalid, "an offset is over a day");
    }
  }
  Table table{offset_of(0), {}, {}};
  for (std::size_t i = 0; i < header.times; ++i) {
    const std::int64_t second = integer(body.substr(i * time_bytes, time_bytes));
    const auto type = static_cast<std::size_t>(static_cast<unsigned char>(indices[i]));
    if (type >= header.types) return fail(ErrorCode::invalid, "a transition has no type");
    if (table.last_second && second <= *table.last_second) {
      return fail(ErrorCode::invalid, "its transitions are not in order");
    }
    table.last_second = second;
    if (second < kFirstSecond) {
      table.before = offset_of(type);
    } else if (second <= kLastSecond) {
      append(table.transitions, table.before, {WallTime() + seconds(second), offset_of(type)});
    }
  }
  return table;
}

// From the table's end to the schedules'.
void go_on_by(const ZoneRule& rule, Table& table) {
  int year = domain::kFirstScheduleYear - 1;
  WallTime after = WallTime() + seconds(kFirstSecond);
  if (table.last_second) {
    after = WallTime() + seconds(std::clamp(*table.last_second, kFirstSecond, kLastSecond));
    const std::chrono::sys_seconds last{seconds(after.ms() / 1000)};
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(last));
    year = static_cast<int>(date.year()) - 1;
  } else {
    table.before = rule.standard;
  }
  std::vector<Transition> all;
  for (; year <= domain::kLastScheduleYear + 1; ++year) {
    for (const Transition& next : rule.transitions_in(std::chrono::year(year))) {
      if (next.at > after) all.push_back(next);
    }
  }
  // A rule may reach into the neighbouring years.
  std::ranges::stable_sort(all, {}, &Transition::at);
  for (const Transition& next : all) append(table.transitions, table.before, next);
}

}  // namespace

Result<domain::TransitionZone> parse_time_zone_file(std::string name, std::string_view bytes) {
  const auto cut_short = [] { return fail(ErrorCode::invalid, "it is cut short"); };
  std::optional<Header> header = read_header(bytes);
  if (!header) return fail(ErrorCode::invalid, "it is no TZif file");
  std::size_t time_bytes = 4;
  bytes.remove_prefix(kHeaderBytes);
  const bool has_second_part = header->version >= '2';
  if (has_second_part) {
    // The same again with times of 64 bits.
    if (bytes.size() < header->body_bytes(time_bytes)) return cut_short();
    bytes.remove_prefix(header->body_bytes(time_bytes));
    header = read_header(bytes);
    if (!header) return cut_short();
    bytes.remove_prefix(kHeaderBytes);
    time_bytes = 8;
  }
  const std::size_t body_bytes = header->body_bytes(time_bytes);
  if (bytes.size() < body_bytes) return cut_short();
  if (header->types == 0) return fail(ErrorCode::invalid, "it has no offset");
  if (header->leaps != 0) return fail(ErrorCode::invalid, "it counts leap seconds");
  Result<Table> table = read_table(*header, bytes, time_bytes);
  if (!table) return fail(table.error());
  if (has_second_part) {
    std::string_view line = bytes.substr(body_bytes);
    if (line.size() < 2 || line.front() != '\n' || line.find('\n', 1) == std::string_view::npos) {
      return cut_short();
    }
    line = line.substr(1, line.find('\n', 1) - 1);
    if (!line.empty()) {
      const Result<ZoneRule> rule = parse_zone_rule(line);
      if (!rule) return fail(rule.error());
      go_on_by(*rule, *table);
    }
  }
  return domain::TransitionZone(std::move(name), table->before, std::move(table->transitions));
}

}  // namespace ordo::system
