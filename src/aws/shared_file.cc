#include "aws/shared_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kProfileWord = "profile";
constexpr std::string_view kDefaultProfile = "default";

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// The profile that "[…]" begins; nothing when it is a section of something else.
std::optional<std::string> profile_of(std::string_view line, SharedFile kind) {
  const std::size_t end = line.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view name = base::trim(line.substr(1, end - 1));
  if (kind == SharedFile::credentials || name == kDefaultProfile) return std::string(name);
  if (!name.starts_with(kProfileWord)) return std::nullopt;
  name.remove_prefix(kProfileWord.size());
  if (!name.starts_with(' ') && !name.starts_with('\t')) return std::nullopt;
  return std::string(unquoted(base::trim(name)));
}

std::string_view without_remark(std::string_view value) {
  for (const std::string_view mark : {" #", " ;", "\t#", "\t;"}) {
    value = value.substr(0, value.find(mark));
  }
  return base::trim(value);
}

void take_setting(std::string_view line, Settings& settings) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  std::string name(base::trim(line.substr(0, equals)));
  std::ranges::transform(name, name.begin(), base::ascii_lower);
  settings[name] = without_remark(line.substr(equals + 1));
}

// Empty: there is no such file.
base::Result<std::string> read_if_there(const std::string& path) {
  std::error_code fault;
  if (path.empty() || !std::filesystem::exists(path, fault)) return std::string();
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, fault)) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("{} cannot be read; is it a file, and ours to read?", path));
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (text.view().size() > kMaxSharedFileBytes) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("{} is over {} bytes", path, kMaxSharedFileBytes));
  }
  return std::move(text).str();
}

std::string place_of(const Environment& environment, const std::string& variable,
                     std::string_view file) {
  std::string named = value_in(environment, variable);
  const std::string home = value_in(environment, "HOME");
  if (named.empty()) return home.empty() ? "" : fmt::format("{}/.aws/{}", home, file);
  if (named.starts_with("~/") && !home.empty()) named.replace(0, 1, home);
  return named;
}

}  // namespace

std::string value_in(const Environment& environment, const std::string& name) {
  return environment(name).value_or("");
}

std::map<std::string, Settings> parse_shared_file(std::string_view text, SharedFile kind) {
  std::map<std::string, Settings> profiles;
  Settings* settings = nullptr;  // of the profile that goes on
  for (std::string_view line : base::split(text, '\n')) {
    const bool indented = line.starts_with(' ') || line.starts_with('\t');
    line = base::trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const auto profile = profile_of(line, kind);
      settings = profile ? &profiles[*profile] : nullptr;
    } else if (settings != nullptr && !indented) {
      take_setting(line, *settings);
    }
  }
  return profiles;
}

base::Result<SharedProfile> read_shared_profile(const Environment& environment) {
  SharedProfile profile;
  const std::string named = value_in(environment, "AWS_PROFILE");
  profile.name = named.empty() ? std::string(kDefaultProfile) : named;
  profile.config_file = place_of(environment, "AWS_CONFIG_FILE", "config");
  profile.credentials_file = place_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  bool found = false;
  const auto read = [&](const std::string& path, SharedFile kind,
                        Settings& into) -> base::Result<void> {
    const auto text = read_if_there(path);
    if (!text) return base::fail(text.error());
    auto profiles = parse_shared_file(*text, kind);
    const auto at = profiles.find(profile.name);
    if (at == profiles.end()) return {};
    found = true;
    into = std::move(at->second);
    return {};
  };
  if (auto done = read(profile.config_file, SharedFile::config, profile.config); !done) {
    return base::fail(done.error());
  }
  if (auto done = read(profile.credentials_file, SharedFile::credentials, profile.credentials);
      !done) {
    return base::fail(done.error());
  }
  if (!found && !named.empty()) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("AWS_PROFILE names \"{}\", which is neither in \"{}\" nor in "
                                  "\"{}\"; add it there, or unset AWS_PROFILE",
                                  named, profile.config_file, profile.credentials_file));
  }
  return profile;
}

}  // namespace ordo::aws
