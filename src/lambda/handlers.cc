#include "lambda/handlers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>

namespace ordo::lambda {
namespace {

struct Named {
  std::string_view name;
  base::Result<std::unique_ptr<Function>> (*make)(Home& home);
};
constexpr std::array kFunctions{
    Named{"api", make_api},
    Named{"processor", make_processor},
    Named{"dead_letters", make_dead_letters},
    Named{"announce", make_announce},
    Named{"collect_results", make_collect_results},
    Named{"store_result", make_store_result},
};

}  // namespace

std::span<const std::string_view> function_names() {
  static const auto names = [] {
    std::array<std::string_view, kFunctions.size()> all;
    std::ranges::transform(kFunctions, all.begin(), &Named::name);
    return all;
  }();
  return names;
}

base::Result<std::unique_ptr<Function>> make_function(std::string_view name, Home& home) {
  const auto* const found = std::ranges::find(kFunctions, name, &Named::name);
  if (found != kFunctions.end()) return found->make(home);
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("there is no function \"{}\"; it is one of {}", name,
                                fmt::join(function_names(), ", ")));
}

}  // namespace ordo::lambda
