#include "ordo/local_time.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/iso8601.h"
#include "system/time_zones.h"

namespace ordo::program {
namespace {

constexpr std::size_t kToTheSecond = 19;  // of "2026-11-21T05:18:07.123Z"

std::string offset_text(std::chrono::minutes offset) {
  const auto east = offset < std::chrono::minutes(0) ? -offset : offset;
  return fmt::format("{}{:02}:{:02}", offset == east ? '+' : '-', east.count() / 60,
                     east.count() % 60);
}

}  // namespace

std::function<std::optional<std::string>(const std::string& zone, base::WallTime at)>
local_time_of_zones() {
  // Shared: the function is copied, the zones that were read are one.
  return [zones = std::make_shared<system::TimeZones>()](
             const std::string& name, base::WallTime at) -> std::optional<std::string> {
    const auto zone = zones->find(name);
    if (!zone) return std::nullopt;
    const std::chrono::seconds offset = (*zone)->offset_at(at);
    return base::format_time(at + offset).substr(0, kToTheSecond) +
           offset_text(std::chrono::floor<std::chrono::minutes>(offset));
  };
}

}  // namespace ordo::program
