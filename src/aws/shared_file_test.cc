#include "aws/shared_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/scripted_service.h"
#include "support/temp_dir.h"

namespace ordo::aws {
namespace {

using testing::environment_of;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(SharedFile, OfTheConfigurationHasProfiles) {
  const auto profiles = parse_shared_file(
      "# all\n"
      "stray = 1\n"
      "[default]\n"
      "Region=eu-central-1\r\n"
      "  [ profile   work ] ; mine\n"
      "region = us-east-1 # for now\n"
      "s3 =\n"
      "  region = nested\n"
      "no equals sign\n"
      "[profile \"two words\"]\n"
      "output=a=b;c\n"
      "[sso-session corp]\n"
      "region = elsewhere\n"
      "[profile work]\n"
      "cli_pager =\n"
      "[broken\n"
      "region = nowhere\n",
      SharedFile::config);
  EXPECT_THAT(profiles,
              UnorderedElementsAre(
                  Pair("default", UnorderedElementsAre(Pair("region", "eu-central-1"))),
                  Pair("work", UnorderedElementsAre(Pair("region", "us-east-1"), Pair("s3", ""),
                                                    Pair("cli_pager", ""))),
                  Pair("two words", UnorderedElementsAre(Pair("output", "a=b;c")))));
}

TEST(SharedFile, OfCredentialsNamesProfilesPlainly) {
  const auto profiles = parse_shared_file(
      "[work]\naws_access_key_id = A\naws_secret_access_key=a/b+c==\n[profile x]\na=b\n",
      SharedFile::credentials);
  EXPECT_EQ(profiles.at("work").at("aws_secret_access_key"), "a/b+c==");
  EXPECT_EQ(profiles.at("profile x").at("a"), "b");
}

TEST(SharedProfile, IsFoundUnderHome) {
  const testing::TempDir home;
  std::filesystem::create_directory(home.path() / ".aws");
  write_file(home.file(".aws/config"), "[default]\nregion = eu-north-1\n");
  write_file(home.file(".aws/credentials"), "[default]\naws_access_key_id = A\n");
  const auto profile = read_shared_profile(environment_of({{"HOME", home.path().string()}}));
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->name, "default");
  EXPECT_EQ(profile->config.at("region"), "eu-north-1");
  EXPECT_EQ(profile->credentials.at("aws_access_key_id"), "A");
}

TEST(SharedProfile, IsWhereTheEnvironmentSays) {
  const testing::TempDir home;
  write_file(home.file("c"), "[profile work]\nregion = eu-north-1\n");
  write_file(home.file("empty"), "");
  const auto profile =
      read_shared_profile(environment_of({{"HOME", home.path().string()},
                                          {"AWS_PROFILE", "work"},
                                          {"AWS_CONFIG_FILE", "~/c"},
                                          {"AWS_SHARED_CREDENTIALS_FILE", home.file("empty")}}));
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->config.at("region"), "eu-north-1");
  EXPECT_TRUE(profile->credentials.empty());
}

TEST(SharedProfile, MayBeNowhere) {
  const auto profile = read_shared_profile(environment_of({}));
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->config_file, "");
  EXPECT_TRUE(profile->config.empty());
}

TEST(SharedProfile, ThatIsNamedMustBeThere) {
  const auto profile =
      read_shared_profile(environment_of({{"HOME", "/nowhere"}, {"AWS_PROFILE", "work"}}));
  ASSERT_FALSE(profile.has_value());
  EXPECT_EQ(profile.error().code, base::ErrorCode::invalid);
  EXPECT_THAT(profile.error().message, HasSubstr("AWS_PROFILE"));
  EXPECT_THAT(profile.error().message, HasSubstr("/nowhere/.aws/config"));
}

TEST(SharedProfile, ThatCannotBeReadIsAnError) {
  const testing::TempDir home;
  write_file(home.file("big"), std::string(kMaxSharedFileBytes + 1, '#'));
  for (const std::string& path : {home.path().string(), home.file("big")}) {
    const auto profile = read_shared_profile(environment_of({{"AWS_CONFIG_FILE", path}}));
    ASSERT_FALSE(profile.has_value()) << path;
    EXPECT_THAT(profile.error().message, HasSubstr(path));
  }
}

}  // namespace
}  // namespace ordo::aws
