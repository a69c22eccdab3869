// Query strings: what is accepted can be written again and means the same.
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/query.h"
#include "base/percent.h"
#include "base/text.h"
#include "fuzz/target.h"

namespace ordo::fuzz {
namespace {

void check_encoding(std::string_view text) {
  const std::string encoded = base::percent_encode(text);
  ORDO_ASSERT(encoded.find_first_of("+&= ") == std::string::npos);
  for (const bool plus_is_space : {true, false}) {
    const std::optional<std::string> back = base::percent_decode(encoded, plus_is_space);
    ORDO_ASSERT(back.has_value() == base::is_valid_utf8(text));
    ORDO_ASSERT(!back || *back == text);
    const std::optional<std::string> decoded = base::percent_decode(text, plus_is_space);
    ORDO_ASSERT(!decoded || base::is_valid_utf8(*decoded));
    ORDO_ASSERT(!decoded ||
                base::percent_decode(base::percent_encode(*decoded), false) == *decoded);
  }
}

void check_query(std::string_view query) {
  const base::Result<api::QueryParameters> parameters = api::parse_query(query);
  if (!parameters) {
    ORDO_ASSERT(parameters.error().code == base::ErrorCode::invalid);
    ORDO_ASSERT(!parameters.error().fields.empty());
    for (const base::FieldError& field : parameters.error().fields) {
      ORDO_ASSERT(field.pointer.starts_with('?') && base::is_valid_utf8(field.pointer));
    }
    return;
  }
  std::set<std::string> names;
  std::string again;
  for (const auto& [name, value] : *parameters) {
    ORDO_ASSERT(names.insert(name).second);
    ORDO_ASSERT(base::is_valid_utf8(name) && base::is_valid_utf8(value));
    again += '&' + base::percent_encode(name) + '=' + base::percent_encode(value);
  }
  ORDO_ASSERT(api::parse_query(again).value() == *parameters);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = ordo::fuzz::text_of(data, size);
  ordo::fuzz::check_encoding(text);
  ordo::fuzz::check_query(text);
  return 0;
}
