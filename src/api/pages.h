// The embedded files as answers: compressed once, tagged, and not sent to those who have them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/docs_files.h"
#include "net/http.h"

namespace ordo::api {

// Any thread. Holds a compressed copy of each embedded file that was asked for: they are few.
class Pages {
 public:
  // 200, or 304 when If-None-Match names what would be sent.
  [[nodiscard]] net::Response answer(const DocsFile& file, const net::Request& request,
                                     std::string_view cache_control);

 private:
  struct Packed {
    std::string etag;  // of the file as it is, without quotes
    std::string gzip;  // empty when that would not be smaller
  };
  const Packed& packed(const DocsFile& file);

  std::mutex mutex_;
  std::map<std::string_view, std::unique_ptr<const Packed>> packed_;  // by name
};

}  // namespace ordo::api
