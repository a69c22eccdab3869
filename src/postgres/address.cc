#include "postgres/address.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string_view>
#include <utility>

namespace ordo::postgres {
namespace {

using Parts = std::map<std::string, std::string>;

struct FreeInfo {
  void operator()(PQconninfoOption* info) const { PQconninfoFree(info); }
};

base::Error no_address(std::string_view why) {
  return {base::ErrorCode::invalid,
          fmt::format("this is no address of a PostgreSQL database: {}", why),
          {}};
}

std::string part(const Parts& parts, const std::string& name, std::string otherwise = "") {
  const auto found = parts.find(name);
  return found == parts.end() ? std::move(otherwise) : found->second;
}

// A password with "/" or "@" in it ends too soon for libpq, and goes on in what is no secret.
bool holds_secrets_elsewhere(const Parts& parts) {
  return part(parts, "port").find_first_not_of("0123456789,") != std::string::npos ||
         part(parts, "host").contains('@') || part(parts, "dbname").contains('@');
}

constexpr std::string_view kEncode =
    "what in a user's name or password is none of A-Z a-z 0-9 . _ ~ - is written as %XX: / as %2F, "
    "@ as %40, % as %25";

}  // namespace

base::Result<Parts> read_address(const std::string& url) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeInfo> info(PQconninfoParse(url.c_str(), &message));
  std::string said = message == nullptr ? "out of memory" : message;
  PQfreemem(message);
  if (info == nullptr) {
    // libpq repeats what it does not understand, and a password may be in that.
    if (url.contains('@') || url.contains("password")) return std::unexpected(no_address(kEncode));
    while (!said.empty() && said.back() == '\n') said.pop_back();
    return std::unexpected(no_address(said));
  }
  Parts parts;
  for (const PQconninfoOption* one = info.get(); one->keyword != nullptr; ++one) {
    if (one->val != nullptr) parts[one->keyword] = one->val;
  }
  if (holds_secrets_elsewhere(parts)) return std::unexpected(no_address(kEncode));
  return parts;
}

std::string printable(const std::string& url) {
  const base::Result<Parts> parts = read_address(url);
  if (!parts) return "postgres";
  // Of several hosts one each, which may be empty.
  const std::string ports = part(*parts, "port");
  const bool some = ports.find_first_not_of(',') != std::string::npos;
  return fmt::format("postgres://{}{}/{}", part(*parts, "host", "localhost"),
                     some ? ":" + ports : "", part(*parts, "dbname", part(*parts, "user")));
}

}  // namespace ordo::postgres
