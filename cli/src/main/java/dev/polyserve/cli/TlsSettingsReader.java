package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the settings for TLS. Certificates and keys are read later, by the server.
///
/// @param settings what was given
record TlsSettingsReader(ServeSettings settings) {
    private static final int MOST_PASSWORD_BYTES = 4096;
    private static final Set<ServeSetting> ALL = Set.of(ServeSetting.TLS_CERT, ServeSetting.TLS_KEY,
            ServeSetting.TLS_PASSWORD_FILE,
            ServeSetting.TLS_SELF_SIGNED, ServeSetting.TLS_CLIENT_CA, ServeSetting.TLS_CLIENT, ServeSetting.TLS_MIN,
            ServeSetting.TLS_ALPN,
            ServeSetting.TLS_HANDSHAKE_TIMEOUT, ServeSetting.TLS_HANDSHAKES);

    /// What the TLS endpoints need, or a service that begins TLS itself (STARTTLS); empty without such an endpoint and
    /// such settings.
    ///
    /// @param endpoints all of the server
    /// @param startsTls whether the service may begin TLS on a connection of another endpoint
    /// @throws ExitException with one sentence about the first error
    Optional<Tls> tls(List<Endpoint> endpoints, boolean startsTls) {
        return tls(endpoints, startsTls, false);
    }

    /// The same.
    ///
    /// @param boundsOthers whether the time of a handshake bounds others, too, than those of the endpoints
    Optional<Tls> tls(List<Endpoint> endpoints, boolean startsTls, boolean boundsOthers) {
        Optional<String> user = user(endpoints, startsTls, boundsOthers);
        if (user.isEmpty()) {
            return Optional.empty();
        }
        Tls tls = identity(user.get());
        tls = settings.text(ServeSetting.TLS_PASSWORD_FILE).isPresent() ? tls.withPassword(password()) : tls;
        Tls versioned = settings.read(ServeSetting.TLS_MIN, tls::withMinimumVersion).orElse(tls);
        tls = settings.read(ServeSetting.TLS_ALPN, names -> versioned.withAlpn(names.split(",", -1))).orElse(versioned);
        return Optional.of(withClientAuthorities(tls));
    }

    /// What needs a certificate, for messages.
    private Optional<String> user(List<Endpoint> endpoints, boolean startsTls, boolean boundsOthers) {
        Optional<String> endpoint = endpoints.stream().filter(Endpoint.Tls.class::isInstance).findFirst()
                .map(Endpoint::toString);
        Optional<ServeSetting> given = ALL.stream().filter(settings::has)
                .filter(setting -> setting != ServeSetting.TLS_HANDSHAKE_TIMEOUT || !boundsOthers).sorted().findFirst();
        if (endpoint.isPresent() || given.isEmpty()) {
            return endpoint;
        }
        if (!startsTls || endpoints.stream().allMatch(Endpoint::datagram)) {
            throw ExitException.wrong(settings.where(given.get()) + " is for TLS, but no endpoint has it: add --listen"
                    + " tls://HOST:PORT, or leave it out");
        }
        return given.map(settings::where);
    }

    private Tls identity(String user) {
        List<String> certificates = settings.list(ServeSetting.TLS_CERT);
        List<String> keys = settings.list(ServeSetting.TLS_KEY);
        if (settings.flag(ServeSetting.TLS_SELF_SIGNED)) {
            if (!certificates.isEmpty() || !keys.isEmpty()) {
                throw ExitException.wrong(settings.where(ServeSetting.TLS_SELF_SIGNED) + " makes a certificate, but "
                        + settings.where(certificates.isEmpty() ? ServeSetting.TLS_KEY : ServeSetting.TLS_CERT)
                        + " gives one: leave one of them out");
            }
            return Tls.selfSigned();
        }
        if (certificates.isEmpty() && !keys.isEmpty()) {
            throw ExitException.wrong(settings.where(ServeSetting.TLS_KEY) + " needs the certificate of the key: add"
                    + " --tls-cert FILE");
        }
        if (certificates.isEmpty()) {
            throw ExitException.wrong(user + " needs a certificate: give --tls-cert FILE and --tls-key FILE, or"
                    + " --tls-self-signed for a test");
        }
        Optional<String> pkcs12 = certificates.stream().filter(TlsSettingsReader::isPkcs12).findFirst();
        if (keys.isEmpty() && pkcs12.isPresent() && !settings.has(ServeSetting.TLS_PASSWORD_FILE)) {
            throw ExitException.wrong("the PKCS#12 file " + pkcs12.get() + " of "
                    + settings.where(ServeSetting.TLS_CERT) + " needs its password: add --tls-password-file FILE");
        }
        boolean oneFileEach = keys.isEmpty() && settings.has(ServeSetting.TLS_PASSWORD_FILE);
        if (!oneFileEach && certificates.size() != keys.size()) {
            throw ExitException.wrong("each " + ServeSetting.TLS_CERT.option() + " needs its "
                    + ServeSetting.TLS_KEY.option()
                    + ", but there are " + certificates.size() + " and " + keys.size() + ": give them in pairs, or"
                    + " PKCS#12 files with --tls-password-file");
        }
        return pairs(certificates, oneFileEach ? certificates : keys);
    }

    private static boolean isPkcs12(String file) {
        return file.endsWith(".p12") || file.endsWith(".pfx");
    }

    private Tls pairs(List<String> certificates, List<String> keys) {
        Tls tls = Tls.server(path(ServeSetting.TLS_CERT, certificates.getFirst()),
                path(ServeSetting.TLS_KEY, keys.getFirst()));
        for (int i = 1; i < certificates.size(); i++) {
            tls = tls.withCertificate(path(ServeSetting.TLS_CERT, certificates.get(i)),
                    path(ServeSetting.TLS_KEY, keys.get(i)));
        }
        return tls;
    }

    private Tls withClientAuthorities(Tls tls) {
        Optional<String> file = settings.text(ServeSetting.TLS_CLIENT_CA);
        boolean wanted = settings.read(ServeSetting.TLS_CLIENT, text -> switch (text) {
            case "want" -> true;
            case "need" -> false;
            default -> throw new IllegalArgumentException("it must be want or need");
        }).orElse(false);
        if (file.isEmpty()) {
            if (settings.has(ServeSetting.TLS_CLIENT)) {
                throw ExitException.wrong(settings.where(ServeSetting.TLS_CLIENT)
                        + " needs the authorities of the clients: add --tls-client-ca FILE");
            }
            return tls;
        }
        Path authorities = path(ServeSetting.TLS_CLIENT_CA, file.get());
        return wanted ? tls.withClientCertificatesWanted(authorities) : tls.withClientCertificatesNeeded(authorities);
    }

    /// The first line of the file.
    private String password() {
        String where = settings.where(ServeSetting.TLS_PASSWORD_FILE);
        Path file = path(ServeSetting.TLS_PASSWORD_FILE, settings.text(ServeSetting.TLS_PASSWORD_FILE).orElse(""));
        try {
            return SmallFileReader.text(file, MOST_PASSWORD_BYTES).lines().findFirst().orElseThrow(
                    () -> ExitException
                            .wrong("the file " + file + " of " + where + " is empty: write the password in it"));
        } catch (NoSuchFileException e) {
            throw ExitException.wrong("the file " + file + " of " + where + " does not exist: check the path", e);
        } catch (CharacterCodingException e) {
            throw ExitException.wrong(
                    "the file " + file + " of " + where + " is not in UTF-8: save it in that encoding",
                    e);
        } catch (IrregularOrOversizedFileException e) {
            throw ExitException.wrong("the file " + file + " of " + where + " " + e.why(), e);
        } catch (IOException e) {
            throw ExitException.wrong("the file " + file + " of " + where + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Path path(ServeSetting setting, String text) {
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
