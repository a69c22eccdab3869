#include "aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/digest.h"
#include "base/hmac.h"
#include "base/iso8601.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::string_view kContentHash = "x-amz-content-sha256";
constexpr std::string_view kHeaderBlank = " \t\r\n";

// Connections and proxies add or change these, and libcurl writes some of them itself.
constexpr std::array<std::string_view, 12> kUnsignedHeaders = {"accept-encoding",
                                                               "authorization",
                                                               "connection",
                                                               "content-length",
                                                               "expect",
                                                               "te",
                                                               "keep-alive",
                                                               "trailer",
                                                               "upgrade",
                                                               "user-agent",
                                                               "transfer-encoding",
                                                               "x-amzn-trace-id"};

bool has_own_rules(const SigningScope& scope) {
  return scope.service == "s3";
}

bool is_hex_digit(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

char upper_hex(char c) {
  return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Each character encoded exactly once, whether the sender has done so or not.
std::string encoded_once(std::string_view sent, bool keep_slashes) {
  std::string out;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const bool escape = sent[i] == '%' && i + 2 < sent.size() && is_hex_digit(sent[i + 1]) &&
                        is_hex_digit(sent[i + 2]);
    if (escape) {
      out += {'%', upper_hex(sent[i + 1]), upper_hex(sent[i + 2])};
      i += 2;
    } else if (sent[i] == '/' && keep_slashes) {
      out += '/';
    } else {
      out += base::percent_encode(sent.substr(i, 1));
    }
  }
  return out;
}

// Without empty parts, "." and "..", and encoded once more than it was sent.
std::string normalized_path(std::string_view sent) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : base::split(sent, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (const std::string_view part : kept) {
    out += '/';
    out += base::percent_encode(part);
  }
  if (out.empty() || sent.ends_with('/')) out += '/';
  return out;
}

std::string canonical_path(const net::Request& request, const SigningScope& scope) {
  if (!has_own_rules(scope)) return normalized_path(request.path);
  return request.path.empty() ? "/" : encoded_once(request.path, true);
}

std::string canonical_query(std::string_view sent) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view part : base::split(sent, '&')) {
    if (part.empty()) continue;
    const std::size_t end = std::min(part.find('='), part.size());
    const std::string_view value = end < part.size() ? part.substr(end + 1) : std::string_view();
    parameters.emplace_back(encoded_once(part.substr(0, end), false), encoded_once(value, false));
  }
  // By the name and then the value, which is not the order of "name=value" as a text.
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

// Trimmed, each run of white space within as one space.
std::string canonical_value(std::string_view value) {
  std::string out;
  while (true) {
    const std::size_t begin = value.find_first_not_of(kHeaderBlank);
    if (begin == std::string_view::npos) return out;
    value.remove_prefix(begin);
    const std::size_t end = std::min(value.find_first_of(kHeaderBlank), value.size());
    if (!out.empty()) out += ' ';
    out += value.substr(0, end);
    value.remove_prefix(end);
  }
}

// By name in small letters; the values of one name in their order.
using CanonicalHeaders = std::map<std::string, std::string>;

CanonicalHeaders canonical_headers(const net::Headers& headers) {
  CanonicalHeaders out;
  for (const auto& [name, value] : headers) {
    std::string key = name;
    std::ranges::transform(key, key.begin(), base::ascii_lower);
    if (std::ranges::find(kUnsignedHeaders, key) != kUnsignedHeaders.end()) continue;
    const auto [at, is_new] = out.try_emplace(std::move(key));
    if (!is_new) at->second += ',';
    at->second += canonical_value(value);
  }
  return out;
}

std::string signed_names(const CanonicalHeaders& headers) {
  std::string out;
  for (const auto& [name, value] : headers) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  return base::hex_digest(base::HashAlgorithm::sha256, bytes);
}

std::string_view bytes_of(const base::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// "20150830T123600Z"
std::string basic_time(base::WallTime time) {
  std::string out = base::format_time(time);
  out.resize(out.find('.'));
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out + 'Z';
}

// The secret itself never signs: a key of a day, a region and a service does.
std::string signature_of(std::string_view text, std::string_view day, const SigningScope& scope,
                         std::string_view secret) {
  base::Digest key = base::hmac_sha256(fmt::format("AWS4{}", secret), day);
  key = base::hmac_sha256(bytes_of(key), scope.region);
  key = base::hmac_sha256(bytes_of(key), scope.service);
  key = base::hmac_sha256(bytes_of(key), kTerminator);
  const base::Digest signature = base::hmac_sha256(bytes_of(key), text);
  return fmt::format("{:02x}", fmt::join(signature, ""));
}

}  // namespace

std::string canonical_request(const net::Request& request, const SigningScope& scope) {
  const CanonicalHeaders headers = canonical_headers(request.headers);
  std::string out = fmt::format("{}\n{}\n{}\n", request.method, canonical_path(request, scope),
                                canonical_query(request.query));
  for (const auto& [name, value] : headers) out += fmt::format("{}:{}\n", name, value);
  const auto hash = headers.find(std::string(kContentHash));
  out += fmt::format("\n{}\n{}", signed_names(headers),
                     hash == headers.end() ? sha256_hex(request.body) : hash->second);
  return out;
}

void sign(net::Request& request, const SigningScope& scope, const Credentials& credentials,
          base::WallTime now) {
  ORDO_ASSERT(request.headers.has("Host") && !request.headers.has("Authorization"));
  const std::string time = basic_time(now);
  const std::string day = time.substr(0, 8);
  request.headers.add("X-Amz-Date", time);
  if (!credentials.session_token.empty()) {
    request.headers.add("X-Amz-Security-Token", credentials.session_token);
  }
  if (has_own_rules(scope)) {
    request.headers.add("X-Amz-Content-Sha256", sha256_hex(request.body));
  }
  const std::string range =
      fmt::format("{}/{}/{}/{}", day, scope.region, scope.service, kTerminator);
  const std::string text = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, range,
                                       sha256_hex(canonical_request(request, scope)));
  request.headers.add("Authorization",
                      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                  credentials.access_key_id, range,
                                  signed_names(canonical_headers(request.headers)),
                                  signature_of(text, day, scope, credentials.secret_access_key)));
}

}  // namespace ordo::aws
