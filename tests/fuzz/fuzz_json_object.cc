// JSON text: read as the reference reads it, and what is accepted stays as it is.
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "fuzz/target.h"
#include "support/reference_json.h"

namespace ordo::fuzz {
namespace {

using base::JsonKind;
using base::JsonMember;

std::string put_together(const std::vector<JsonMember>& members, char open, char close) {
  std::string text{open};
  for (const JsonMember& member : members) {
    if (text.size() > 1) text += ',';
    if (open == '{') {
      base::append_json_string(text, member.key);
      text += ':';
    }
    if (member.kind == JsonKind::string) {
      base::append_json_string(text, member.text);
    } else {
      text += member.text;
    }
  }
  return text + close;
}

template <class T>
void check_complaint(const base::Result<T>& result) {
  ORDO_ASSERT(result.error().code == base::ErrorCode::invalid);
  ORDO_ASSERT(!result.error().message.empty());
  ORDO_ASSERT(base::is_valid_utf8(result.error().message));
}

void check(std::string_view text) {
  const base::Result<std::string> compact = base::compact_json(text);
  const auto members = base::parse_json_object(text);
  const auto elements = base::parse_json_array(text);
  const testing::ReferenceJson reference(text);
  if (!reference.has_absurd_exponent()) {
    ORDO_ASSERT(compact.has_value() == reference.compact().has_value());
    ORDO_ASSERT(!compact || *compact == *reference.compact());
  }
  ORDO_ASSERT(members.has_value() == (compact && compact->front() == '{'));
  ORDO_ASSERT(elements.has_value() == (compact && compact->front() == '['));
  if (members) ORDO_ASSERT(put_together(*members, '{', '}') == *compact);
  if (elements) ORDO_ASSERT(put_together(*elements, '[', ']') == *compact);
  if (!members) check_complaint(members);
  if (!elements) check_complaint(elements);
  if (!compact) return check_complaint(compact);
  ORDO_ASSERT(base::is_valid_utf8(*compact));
  ORDO_ASSERT(base::compact_json(*compact).value() == *compact);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::text_of(data, size));
  return 0;
}
