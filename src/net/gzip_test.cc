#include "net/gzip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <string>

#include "support/pick.h"

namespace ordo::net {
namespace {

// As zlib reads it back, or "?".
std::string gunzip(const std::string& bytes, std::size_t room) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "?";
  std::string out(room, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return whole ? out : "?";
}

RC_GTEST_PROP(GzipProperty, AnyBodyComesBack, (std::string body)) {
  const int doublings = testing::pick(0, 8);
  for (int i = 0; i < doublings; ++i) body += body;
  RC_ASSERT(gunzip(gzip(body), body.size() + 1) == body);
}

TEST(Gzip, TextGetsSmaller) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += R"({"title":"Send invoice"},)";
  EXPECT_LT(gzip(text).size(), text.size() / 10);
}

TEST(AcceptEncoding, AllowsGzipByNameOrByAStar) {
  for (const char* field :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.5", " gzip ; q=1 ", "*",
        "deflate;q=1, *;q=0.1", "gzip;x=1", "*;q=0, gzip", "gzip, *;q=0", "gzip;q="}) {
    EXPECT_TRUE(accepts_gzip(field)) << field;
  }
}

TEST(AcceptEncoding, WithoutItTheBodyStaysAsItIs) {
  for (const char* field :
       {"", "deflate", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzip;Q=0",
        "gzip ; x=1;Q=0.0", "*, gzip;q=0", "gzipped", ", ,", "br"}) {
    EXPECT_FALSE(accepts_gzip(field)) << field;
  }
}

}  // namespace
}  // namespace ordo::net
