// The functions of this home, by their names.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "aws/runtime_invocation.h"
#include "base/result.h"
#include "lambda/home.h"

namespace ordo::lambda {

// One function. Invocations come one at a time.
class Function {
 public:
  virtual ~Function() = default;
  virtual aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) = 0;
};

// "api", "processor", …
[[nodiscard]] std::span<const std::string_view> function_names();

// `invalid`: there is none of that name, or it lacks something. `home` outlives it.
base::Result<std::unique_ptr<Function>> make_function(std::string_view name, Home& home);

// One of each, for make_function(); each says in its file what it does.
base::Result<std::unique_ptr<Function>> make_api(Home& home);
base::Result<std::unique_ptr<Function>> make_processor(Home& home);
base::Result<std::unique_ptr<Function>> make_dead_letters(Home& home);
base::Result<std::unique_ptr<Function>> make_announce(Home& home);
base::Result<std::unique_ptr<Function>> make_collect_results(Home& home);
base::Result<std::unique_ptr<Function>> make_store_result(Home& home);

}  // namespace ordo::lambda
