#include "net/response_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <iterator>

#include "net/gzip.h"

namespace ordo::net {
namespace {

// RFC 9110: these carry neither body nor Content-Length.
bool is_bodiless(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string http_date(std::int64_t seconds_since_1970) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = seconds_since_1970;
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

void append_response(std::string& out, const Response& response, const AnswerStyle& style) {
  const bool bodiless = is_bodiless(response.status);
  // An ETag is of the bytes as they are: compressed ones would need another (RFC 9110 8.8.3).
  const bool encodable = !bodiless && response.body.size() >= kGzipFrom &&
                         !response.headers.has("Content-Encoding") && !response.headers.has("ETag");
  std::string compressed;
  if (encodable && style.gzip) compressed = gzip(response.body);
  const std::string& body = compressed.empty() ? response.body : compressed;

  out.reserve(out.size() + 512 + (style.head_only ? 0 : body.size()));
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), response.status,
                 reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  append_field(out, "Date", style.date);
  if (!compressed.empty()) append_field(out, "Content-Encoding", "gzip");
  if (encodable) append_field(out, "Vary", "Accept-Encoding");
  if (!bodiless && response.stream) {
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
    if (!style.http_1_0) append_field(out, "Transfer-Encoding", "chunked");
  } else if (!bodiless) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Length: {}\r\n"), body.size());
  }
  if (!style.keep_alive) {
    append_field(out, "Connection", "close");
  } else if (style.http_1_0) {
    append_field(out, "Connection", "keep-alive");
  }
  out += "\r\n";
  if (!style.head_only && !bodiless) out += body;
}

}  // namespace ordo::net
