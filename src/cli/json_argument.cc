#include "cli/json_argument.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "base/json.h"

namespace ordo::cli {
namespace {

// A server takes less in one request.
constexpr std::size_t kMaxBytes = 16UL * 1024 * 1024;

base::Result<std::string> whole(std::FILE* file) {
  std::string text;
  std::vector<char> piece(64UL * 1024);
  while (std::feof(file) == 0 && std::ferror(file) == 0 && text.size() <= kMaxBytes) {
    text.append(piece.data(), std::fread(piece.data(), 1, piece.size(), file));
  }
  if (std::ferror(file) != 0) {
    return base::fail(base::ErrorCode::invalid,
                      std::error_code(errno, std::generic_category()).message());
  }
  if (text.size() > kMaxBytes) {
    return base::fail(base::ErrorCode::invalid, fmt::format("it is over {} bytes", kMaxBytes));
  }
  return text;
}

base::Result<std::string> content_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (file) return whole(file.get());
  return base::fail(base::ErrorCode::invalid,
                    std::error_code(errno, std::generic_category()).message());
}

}  // namespace

base::Result<std::string> json_argument(const std::string& option, const std::string& given,
                                        StandardInput dash) {
  const auto refuse = [&option](std::string_view why) {
    return base::fail(base::ErrorCode::invalid, fmt::format("{}: {}", option, why));
  };
  base::Result<std::string> text = given;
  if (given.starts_with('@')) {
    text = content_of(given.substr(1));
    if (!text) {
      return refuse(fmt::format("cannot read {}: {}", given.substr(1), text.error().message));
    }
  } else if (given == "-" && dash == StandardInput::allowed) {
    text = whole(stdin);
    if (!text) return refuse("cannot read standard input: " + text.error().message);
  }
  auto compact = base::compact_json(*text);
  if (!compact) return refuse(compact.error().message);
  return compact;
}

}  // namespace ordo::cli
