#include "domain/execution_rules.h"

namespace ordo::domain {

std::optional<Violation> check_execution_name(std::string_view name) {
  return check_name("an execution's name", name, "._-", kMaxExecutionNameLength);
}

}  // namespace ordo::domain
