#include "app/order_results.h"

#include <utility>

#include "base/json.h"

namespace ordo::app {

void append_order_result(std::string& out, const domain::OrderRecord& record,
                         domain::OrderStatus status) {
  domain::append_open_record(out, record);
  out += R"(,"status":)";
  base::append_json_string(out, domain::name_of(status));
}

ports::CallFault order_fault(std::string error, std::string_view message,
                             std::string_view more_members) {
  std::string cause = R"({"errorMessage":)";
  base::append_json_string(cause, message);
  cause += R"(,"errorType":)";
  base::append_json_string(cause, error);
  cause += more_members;
  cause.push_back('}');
  return {std::move(error), std::move(cause)};
}

}  // namespace ordo::app
