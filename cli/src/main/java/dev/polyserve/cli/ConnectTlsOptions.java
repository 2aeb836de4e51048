package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import dev.polyserve.cli.connect.ClientTlsHandshake;
import dev.polyserve.tls.ClientTlsContext;
import dev.polyserve.tls.TlsFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options of `connect` for TLS.
///
/// @param parsed the command line
record ConnectTlsOptions(ParseResult parsed) {
    private static final String CA = "--ca";
    private static final String INSECURE = "--insecure";
    private static final String SERVER_NAME = "--server-name";
    private static final String ALPN = "--alpn";
    private static final String CERT = "--cert";
    private static final String KEY = "--key";

    static void addTo(CommandSpec spec) {
        spec.addOption(
                text(CA, "FILE", "Trusts the authorities, or the server's own certificate, in this PEM file instead"
                        + " of those of the JDK."));
        spec.addOption(OptionSpec.builder(INSECURE).type(boolean.class)
                .description("Accepts every certificate, for tests.").build());
        spec.addOption(text(SERVER_NAME, "NAME", "Asks for this server, and requires its certificate (default: the host"
                + " of the endpoint)."));
        spec.addOption(text(ALPN, "NAME[,...]", "Offers these application protocols, the preferred one first."));
        spec.addOption(text(CERT, "FILE", "The client's own certificate, a PEM file."));
        spec.addOption(text(KEY, "FILE", "The private key of --cert, a PEM file that is not encrypted."));
    }

    private static OptionSpec text(String name, String parameter, String description) {
        return OptionSpec.builder(name).type(String.class).paramLabel(parameter).description(description).build();
    }

    /// Refuses the options for an endpoint without TLS.
    void requireNone(Endpoint endpoint) {
        for (String option : List.of(CA, INSECURE, SERVER_NAME, ALPN, CERT, KEY)) {
            if (parsed.hasMatchedOption(option)) {
                throw ExitException.wrong(option + " is for TLS, but " + endpoint + " has none: use tls://host:port");
            }
        }
    }

    /// Reads the files.
    ///
    /// @param warnings receives one sentence for each thing to mend
    ClientTlsHandshake handshake(String host, Consumer<String> warnings) {
        boolean trustsAll = parsed.hasMatchedOption(INSECURE);
        Optional<Path> authorities = value(CA).map(Path::of);
        if (trustsAll && authorities.isPresent()) {
            throw ExitException
                    .wrong(INSECURE + " trusts every certificate, so " + CA + " has no effect: leave one out");
        }
        var context = new ClientTlsContext(authorities, trustsAll, certificate());
        List<String> alpn = value(ALPN).map(names -> List.of(names.split(",", -1))).orElse(List.of());
        if (alpn.contains("")) {
            throw ExitException.wrong("bad " + ALPN + " '" + value(ALPN).orElse("") + "': a name is empty");
        }
        String name = value(SERVER_NAME).orElse(host.equals("*") ? "localhost" : host);
        try {
            return new ClientTlsHandshake(context.create(warnings), name, !trustsAll, alpn);
        } catch (TlsFileException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<Tls.CertificateFiles> certificate() {
        Optional<Path> chain = value(CERT).map(Path::of);
        Optional<Path> key = value(KEY).map(Path::of);
        if (chain.isPresent() != key.isPresent()) {
            throw ExitException.wrong(CERT + " and " + KEY + " belong together: give both");
        }
        return chain.isPresent()
                ? Optional.of(new Tls.CertificateFiles(chain.get(), key.orElseThrow()))
                : Optional.empty();
    }

    private Optional<String> value(String option) {
        @Nullable
        String text = parsed.matchedOptionValue(option, null);
        return Optional.ofNullable(text);
    }
}
