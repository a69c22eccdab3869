#include "functions/lambda_environment.h"

#include <fmt/format.h>

namespace ordo::functions {
namespace {

// AWS's own default; frameworks read it as a number.
constexpr std::uint32_t kDefaultMemoryMb = 128;

}  // namespace

Environment lambda_environment(const LambdaSpec& spec, const Environment& inherited,
                               std::string_view authority, std::size_t process) {
  Environment all{
      {"PATH", std::string(kDefaultPath)},
      {"LANG", "C.UTF-8"},
      {"TZ", ":UTC"},
      {"_HANDLER", spec.handler.empty() ? spec.command.back() : spec.handler},
      {"LAMBDA_TASK_ROOT", spec.task_root},
      {"LAMBDA_RUNTIME_DIR", spec.task_root},
      {"AWS_REGION", spec.region},
      {"AWS_DEFAULT_REGION", spec.region},
      {"AWS_LAMBDA_FUNCTION_NAME", spec.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
       std::to_string(spec.memory_mb.value_or(kDefaultMemoryMb))},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + spec.name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", fmt::format("{}/[$LATEST]{}", spec.name, process)},
  };
  for (const std::string_view name : kInherited) {
    const auto found = inherited.find(std::string(name));
    if (found != inherited.end()) all[found->first] = found->second;
  }
  for (const auto& [name, value] : spec.environment) all[name] = value;
  all["AWS_LAMBDA_RUNTIME_API"] = authority;
  return all;
}

}  // namespace ordo::functions
