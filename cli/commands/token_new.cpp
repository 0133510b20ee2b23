#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auth/api_keys.h"
#include "auth/key_file.h"
#include "auth/key_ring.h"
#include "auth/sign_jwt.h"
#include "base/clock.h"
#include "base/ids.h"
#include "cli/commands/token.h"
#include "cli/options.h"
#include "cli/output/stream.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter = R"(Examples:
  openssl rand -hex 32 > key; chmod 600 key
  senecactl token new --key key --algorithm HS256 --kid main --role reader --subject ann --ttl 8h
  senecactl token new --api-key --role builder --subject ci)";

struct TokenNewOptions {
  std::string key_file;
  TokenAlgorithm algorithm = TokenAlgorithm::hs256;
  bool api_key = false;
  std::vector<std::string> roles, namespaces, rooms, types, publish;
  std::string subject, kid, issuer, audience;
  double ttl_s = 3600;
};

Json claims_of(const TokenNewOptions& options, int64_t now_s) {
  Json claims;
  if (!options.subject.empty()) claims["sub"] = options.subject;
  if (!options.issuer.empty()) claims["iss"] = options.issuer;
  if (!options.audience.empty()) claims["aud"] = options.audience;
  claims["iat"] = now_s;
  claims["exp"] = now_s + static_cast<int64_t>(options.ttl_s);
  if (!options.roles.empty()) claims["roles"] = options.roles;
  Json limit = Json::object();
  if (!options.namespaces.empty()) limit["namespaces"] = options.namespaces;
  if (!options.rooms.empty()) limit["rooms"] = options.rooms;
  if (!options.types.empty()) limit["types"] = options.types;
  if (!options.publish.empty()) limit["publish"] = options.publish;
  if (!limit.empty()) claims["seneca"] = std::move(limit);
  return claims;
}

// A secret is read as the relay reads it, so that both have the same bytes.
Result<std::string> read_signing_key(const TokenNewOptions& options) {
  Result<std::string> text = read_key_file(options.key_file, KeyFileKind::secret);
  if (!text || !is_symmetric(options.algorithm)) return text;
  return secret_of(std::move(*text));
}

ExitCode print(const std::string& text, const Notices& notices) {
  const WriteOutcome outcome = write_stdout(text);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

ExitCode new_api_key(const TokenNewOptions& options, const Notices& notices) {
  const NewApiKey made =
      make_api_key(options.subject.empty() ? "key-" + random_id() : options.subject, options.roles);
  if (made.key.empty()) {
    notices.error("the system has no random bytes to give");
    return ExitCode::check_failed;
  }
  notices.notice(
      "the key is shown this once; the line below it belongs into the file that "
      "security.authentication.api_keys names");
  return print(made.key + "\n" + made.line + "\n", notices);
}

ExitCode run_token_new(const TokenNewOptions& options, const GlobalOptions& global) {
  const Notices notices("senecactl token new", global);
  if (options.api_key) return new_api_key(options, notices);
  const Result<std::string> key = read_signing_key(options);
  if (!key) {
    notices.error(key.error().to_string());
    return ExitCode::bad_data;
  }
  Json header;
  header["alg"] = to_string(options.algorithm);
  header["typ"] = "JWT";
  if (!options.kid.empty()) header["kid"] = options.kid;
  const SystemClock clock;
  const Json claims = claims_of(options, clock.wall_us() / 1'000'000);
  const auto replace = Json::error_handler_t::replace;
  const Result<std::string> token = sign_jwt(options.algorithm, *key, header.dump(-1, ' ', false, replace),
                                             claims.dump(-1, ' ', false, replace));
  if (!token) {
    notices.error(options.key_file + ": " + token.error().message + " [" + token.error().code + "]");
    return ExitCode::bad_data;
  }
  return print(*token + "\n", notices);
}

void add_list(CLI::App& verb, const char* name, std::vector<std::string>& list, const char* value,
              const char* help) {
  verb.add_option(name, list, help)->type_name(value)->allow_extra_args(false);
}

}  // namespace

void add_token_new_command(CLI::App& parent, GlobalOptions& global) {
  const auto options = std::make_shared<TokenNewOptions>();
  CLI::App& verb = *parent.add_subcommand("new", "Make a token, or an API key, and print it");
  auto* const key = verb.add_option("--key", options->key_file,
                                    "The secret, or for RS256, ES256 and EdDSA the private key in PEM")
                        ->type_name("FILE");
  const std::map<std::string, TokenAlgorithm> algorithms{
      {"HS256", TokenAlgorithm::hs256}, {"HS384", TokenAlgorithm::hs384}, {"HS512", TokenAlgorithm::hs512},
      {"RS256", TokenAlgorithm::rs256}, {"ES256", TokenAlgorithm::es256}, {"EdDSA", TokenAlgorithm::eddsa}};
  add_choice_option(verb, "--algorithm", options->algorithm, algorithms,
                    "How to sign: HS256, HS384, HS512, RS256, ES256 or EdDSA")
      ->default_str("HS256");
  verb.add_flag("--api-key", options->api_key, "Make an API key instead, and the line for the relay's file")
      ->excludes(key);
  add_list(verb, "--role", options->roles, "ROLE", "A role of the relay's configuration (repeatable)");
  add_list(verb, "--namespace", options->namespaces, "GLOB", "Narrow it to these namespaces (repeatable)");
  add_list(verb, "--room", options->rooms, "GLOB", "Narrow it to these rooms (repeatable)");
  add_list(verb, "--type", options->types, "PATTERN", "Narrow what it reads to these types (repeatable)");
  add_list(verb, "--publish", options->publish, "PATTERN",
           "Narrow what it publishes to these types (repeatable)");
  verb.add_option("--subject", options->subject, "Whom it is for; of an API key its id")->type_name("NAME");
  add_duration_option(verb, "--ttl", options->ttl_s, "How long it is good")->default_str("1h");
  verb.add_option("--kid", options->kid, "The id of the key in the relay's configuration")->type_name("ID");
  verb.add_option("--issuer", options->issuer, "Who makes it")->type_name("NAME");
  verb.add_option("--audience", options->audience, "Which relay it is for")->type_name("NAME");
  verb.footer(kFooter);
  verb.callback([options, &global] {
    if (options->key_file.empty() && !options->api_key)
      throw CLI::ValidationError("give the key to sign with: --key FILE; or --api-key");
    global.command = [options, &global] { return run_token_new(*options, global); };
  });
}

}  // namespace relay
