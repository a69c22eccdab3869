#include "postgres/objects.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/digest.h"
#include "ports/object_rules.h"

namespace ordo::postgres {
namespace {

const Statement kObjectVersion{
    "object_version", "SELECT version FROM objects WHERE bucket = $1::text AND key = $2::bytea"};
// Puts it after the version that was seen, and does nothing if there has been another since.
const Statement kPutObject{
    "put_object",
    "INSERT INTO objects AS o (bucket, key, version, modified_at, etag, content_type, body) "
    "VALUES ($1::text, $2::bytea, $3::bigint + 1, $4::timestamptz, $5::text, $6::text, $7::bytea) "
    "ON CONFLICT (bucket, key) DO UPDATE SET version = excluded.version, "
    "modified_at = excluded.modified_at, etag = excluded.etag, "
    "content_type = excluded.content_type, body = excluded.body "
    "WHERE o.version = $3::bigint"};
const Statement kGetObject{"get_object",
                           "SELECT key, octet_length(body), content_type, etag, modified_at, body "
                           "FROM objects WHERE bucket = $1::text AND key = $2::bytea"};
const Statement kHasBucket{"has_bucket",
                           "SELECT EXISTS (SELECT FROM objects WHERE bucket = $1::text)"};
const Statement kListObjects{
    "list_objects",
    "SELECT key, octet_length(body), content_type, etag, modified_at FROM objects "
    "WHERE bucket = $1::text AND key > $2::bytea AND key >= $3::bytea AND key < $4::bytea "
    "ORDER BY key LIMIT $5::bigint"};

const Statement kBuckets{"list_buckets", "SELECT DISTINCT bucket FROM objects ORDER BY bucket"};

ports::ObjectInfo info_in(const Rows& rows, std::size_t row) {
  return {rows.string(row, 0), rows.number(row, 1), rows.string(row, 2), rows.string(row, 3),
          rows.time(row, 4)};
}

Params place_of(const std::string& bucket, const std::string& key) {
  Params params;
  params.add(std::string_view(bucket)).add_bytes(key);
  return params;
}

// The first that is over all keys which begin so.
std::string end_of(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return "\xff";  // no key has this byte, for none is of UTF-8
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

base::Result<ports::ObjectInfo> Objects::put(const std::string& bucket, const std::string& key,
                                             const std::string& body,
                                             const std::string& content_type) {
  if (auto fine = ports::check_object(bucket, key, body.size(), content_type); !fine) {
    return base::fail(std::move(fine.error()));
  }
  constexpr std::string_view kDoing = "put an object";
  const base::Result<Rows> seen = pool_.run(kObjectVersion, place_of(bucket, key), kDoing);
  if (!seen) return base::fail(seen.error());
  ports::ObjectInfo info{key, body.size(), content_type, base::md5_hex(body), clock_.wall()};
  Params params = place_of(bucket, key);
  params.add(seen->empty() ? std::int64_t{0} : seen->integer(0, 0))
      .add(info.modified_at)
      .add(std::string_view(info.etag))
      .add(std::string_view(content_type))
      .add_bytes(body);
  // If nothing was changed then somebody else put it after we had looked: ours was the one before
  // theirs, and nobody happened to read it. Or we did ourselves, and lost the answer.
  const base::Result<Rows> done = pool_.run(kPutObject, std::move(params), kDoing);
  if (!done) return base::fail(done.error());
  return info;
}

base::Result<std::optional<ports::Object>> Objects::get(const std::string& bucket,
                                                        const std::string& key) {
  if (!ports::is_bucket_name(bucket) || !ports::is_object_key(key)) return std::nullopt;
  const base::Result<Rows> rows = pool_.run(kGetObject, place_of(bucket, key), "get an object");
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return ports::Object{info_in(*rows, 0), rows->string(0, 5)};
}

base::Result<std::optional<ports::ObjectPage>> Objects::list(const std::string& bucket,
                                                             const std::string& prefix,
                                                             const std::string& after,
                                                             std::size_t limit) {
  if (!ports::is_bucket_name(bucket)) return std::nullopt;
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::size_t wanted = std::min(limit, kMost);
  Batch batch;
  Params of_bucket;
  of_bucket.add(std::string_view(bucket));
  batch.add(kHasBucket, std::move(of_bucket));
  Params params = place_of(bucket, after);
  // One more says whether there are more.
  params.add_bytes(prefix).add_bytes(end_of(prefix)).add(static_cast<std::int64_t>(wanted) + 1);
  batch.add(kListObjects, std::move(params));
  const auto answers = pool_.run(batch, "list objects");
  if (!answers) return base::fail(answers.error());
  if (!answers->at(0).boolean(0, 0)) return std::nullopt;
  const Rows& rows = answers->at(1);
  ports::ObjectPage page;
  const std::size_t count = std::min(rows.size(), wanted);
  page.items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) page.items.push_back(info_in(rows, i));
  if (rows.size() > wanted) page.after = page.items.empty() ? after : page.items.back().key;
  return page;
}

base::Result<std::vector<std::string>> Objects::buckets() {
  const base::Result<Rows> rows = pool_.run(kBuckets, {}, "list buckets");
  if (!rows) return base::fail(rows.error());
  std::vector<std::string> names;
  names.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) names.push_back(rows->string(row, 0));
  return names;
}

}  // namespace ordo::postgres
