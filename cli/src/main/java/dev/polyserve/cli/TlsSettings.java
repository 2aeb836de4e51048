package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the settings for TLS. Certificates and keys are read later, by the server.
///
/// @param settings what was given
record TlsSettings(Settings settings) {
    private static final Set<Setting> ALL = Set.of(Setting.TLS_CERT, Setting.TLS_KEY, Setting.TLS_PASSWORD_FILE,
            Setting.TLS_SELF_SIGNED, Setting.TLS_CLIENT_CA, Setting.TLS_CLIENT, Setting.TLS_MIN, Setting.TLS_ALPN,
            Setting.TLS_HANDSHAKE_TIMEOUT, Setting.TLS_HANDSHAKES);

    /// What the TLS endpoints need; empty without such an endpoint.
    ///
    /// @param endpoints all of the server
    /// @throws ExitException with one sentence about the first error
    Optional<Tls> tls(List<Endpoint> endpoints) {
        Optional<Endpoint> first = endpoints.stream().filter(Endpoint.Tls.class::isInstance).findFirst();
        if (first.isEmpty()) {
            ALL.stream().filter(settings::has).sorted().findFirst().ifPresent(given -> {
                throw ExitException.wrong(settings.where(given) + " is for TLS, but no endpoint has it: add --listen"
                        + " tls://HOST:PORT, or leave it out");
            });
            return Optional.empty();
        }
        Tls tls = identity(first.get());
        tls = settings.text(Setting.TLS_PASSWORD_FILE).isPresent() ? tls.withPassword(password()) : tls;
        Tls versioned = settings.read(Setting.TLS_MIN, tls::withMinimumVersion).orElse(tls);
        tls = settings.read(Setting.TLS_ALPN, names -> versioned.withAlpn(names.split(",", -1))).orElse(versioned);
        return Optional.of(withClientAuthorities(tls));
    }

    private Tls identity(Endpoint endpoint) {
        List<String> certificates = settings.list(Setting.TLS_CERT);
        List<String> keys = settings.list(Setting.TLS_KEY);
        if (settings.flag(Setting.TLS_SELF_SIGNED)) {
            if (!certificates.isEmpty() || !keys.isEmpty()) {
                throw ExitException.wrong(settings.where(Setting.TLS_SELF_SIGNED) + " makes a certificate, but "
                        + settings.where(certificates.isEmpty() ? Setting.TLS_KEY : Setting.TLS_CERT)
                        + " gives one: leave one of them out");
            }
            return Tls.selfSigned();
        }
        if (certificates.isEmpty()) {
            throw ExitException.wrong(endpoint + " needs a certificate: give --tls-cert FILE and --tls-key FILE, or"
                    + " --tls-self-signed for a test");
        }
        boolean oneFileEach = keys.isEmpty() && settings.has(Setting.TLS_PASSWORD_FILE);
        if (!oneFileEach && certificates.size() != keys.size()) {
            throw ExitException.wrong("each " + Setting.TLS_CERT.option() + " needs its " + Setting.TLS_KEY.option()
                    + ", but there are " + certificates.size() + " and " + keys.size() + ": give them in pairs, or"
                    + " PKCS#12 files with --tls-password-file");
        }
        return pairs(certificates, oneFileEach ? certificates : keys);
    }

    private Tls pairs(List<String> certificates, List<String> keys) {
        Tls tls = Tls.server(path(Setting.TLS_CERT, certificates.getFirst()), path(Setting.TLS_KEY, keys.getFirst()));
        for (int i = 1; i < certificates.size(); i++) {
            tls = tls.withCertificate(path(Setting.TLS_CERT, certificates.get(i)), path(Setting.TLS_KEY, keys.get(i)));
        }
        return tls;
    }

    private Tls withClientAuthorities(Tls tls) {
        Optional<String> file = settings.text(Setting.TLS_CLIENT_CA);
        boolean wanted = settings.read(Setting.TLS_CLIENT, text -> switch (text) {
            case "want" -> true;
            case "need" -> false;
            default -> throw new IllegalArgumentException("it must be want or need");
        }).orElse(false);
        if (file.isEmpty()) {
            if (settings.has(Setting.TLS_CLIENT)) {
                throw ExitException.wrong(settings.where(Setting.TLS_CLIENT)
                        + " needs the authorities of the clients: add --tls-client-ca FILE");
            }
            return tls;
        }
        Path authorities = path(Setting.TLS_CLIENT_CA, file.get());
        return wanted ? tls.withClientCertificatesWanted(authorities) : tls.withClientCertificatesNeeded(authorities);
    }

    /// The first line of the file.
    private String password() {
        String where = settings.where(Setting.TLS_PASSWORD_FILE);
        Path file = path(Setting.TLS_PASSWORD_FILE, settings.text(Setting.TLS_PASSWORD_FILE).orElse(""));
        try {
            return Files.readString(file).lines().findFirst().orElseThrow(
                    () -> ExitException
                            .wrong("the file " + file + " of " + where + " is empty: write the password in it"));
        } catch (NoSuchFileException e) {
            throw ExitException.wrong("the file " + file + " of " + where + " does not exist: check the path", e);
        } catch (CharacterCodingException e) {
            throw ExitException.wrong(
                    "the file " + file + " of " + where + " is not in UTF-8: save it in that encoding",
                    e);
        } catch (IOException e) {
            throw ExitException.wrong("the file " + file + " of " + where + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Path path(Setting setting, String text) {
        try {
            if (text.isEmpty()) {
                throw ExitException.wrong("bad " + settings.where(setting) + ": it is empty; give the path of a file");
            }
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw ExitException.wrong("bad " + settings.where(setting) + " '" + text + "': " + e.getReason(), e);
        }
    }
}
