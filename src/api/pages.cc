#include "api/pages.h"

#include <fmt/format.h>

#include <utility>

#include "api/etags.h"
#include "base/digest.h"
#include "net/gzip.h"

namespace ordo::api {
namespace {

// Done once for each file, so it may take its time.
constexpr int kGzipLevel = 6;
constexpr std::size_t kTagBytes = 12;

std::string tag_of(std::string_view bytes) {
  const base::Digest digest = base::sha256(bytes);
  std::string tag;
  for (std::size_t i = 0; i < kTagBytes; ++i) tag += fmt::format("{:02x}", digest[i]);
  return tag;
}

}  // namespace

net::Response Pages::answer(const DocsFile& file, const net::Request& request,
                            std::string_view cache_control) {
  const Packed& both = packed(file);
  std::string room;
  const bool gzip =
      !both.gzip.empty() && net::accepts_gzip(request.headers.list("Accept-Encoding", room));
  const std::string etag = fmt::format("\"{}{}\"", both.etag, gzip ? "-gzip" : "");
  const bool known = none_match_names(request.headers.list("If-None-Match", room), etag);

  net::Response response;
  response.status = known ? 304 : 200;
  response.headers.add("ETag", etag);
  response.headers.add("Cache-Control", std::string(cache_control));
  response.headers.add("Vary", "Accept-Encoding");
  if (known) return response;
  response.headers.add("Content-Type", std::string(file.type));
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.body = gzip ? both.gzip : file.bytes;
  // Nothing from elsewhere, and nobody frames it.
  response.headers.add("Content-Security-Policy",
                       "default-src 'self'; img-src 'self' data:; style-src 'self' "
                       "'unsafe-inline'; script-src 'self'; frame-ancestors 'none'");
  return response;
}

const Pages::Packed& Pages::packed(const DocsFile& file) {
  const std::lock_guard lock(mutex_);
  auto& known = packed_[file.name];
  if (!known) {
    std::string small = net::gzip(file.bytes, kGzipLevel);
    if (small.size() >= file.bytes.size()) small.clear();
    known = std::make_unique<const Packed>(Packed{tag_of(file.bytes), std::move(small)});
  }
  return *known;
}

}  // namespace ordo::api
