#include "postgres/address.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string_view>

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

std::string part(const Parts& parts, const std::string& name, const std::string& otherwise = "") {
  const auto found = parts.find(name);
  return found == parts.end() ? otherwise : found->second;
}

// A password with "/" or "@" in it ends too soon for libpq, and goes on in what is no secret; as
// does what is written as `password=…` in an address that begins like a URI.
bool may_hold_secrets_elsewhere(std::string_view url, const Parts& parts) {
  if (part(parts, "port").find_first_not_of("0123456789,") != std::string::npos) return true;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  url.remove_prefix(scheme + 3);
  const std::size_t end_of_user = url.find_first_of("@/");
  if (end_of_user != std::string_view::npos && url[end_of_user] == '@') {
    url.remove_prefix(end_of_user + 1);
  }
  return url.substr(0, url.find('?')).find_first_of("@= \t\n") != std::string_view::npos;
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
  if (may_hold_secrets_elsewhere(url, parts)) return std::unexpected(no_address(kEncode));
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
