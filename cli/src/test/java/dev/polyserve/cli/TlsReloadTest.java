package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Certificates that are replaced while `serve` runs, in a process of its own.
@Tag("slow")
@Tag("process")
class TlsReloadTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /// The certificates `old` and `new`, which no test changes.
    @TempDir
    static Path certificates;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeCertificates() throws Exception {
        assumeTrue(Server.whyNot(Model.epoll()).isEmpty(), "needs Linux and native access");
        CertificateTool tool = new CertificateTool(certificates);
        tool.create("old", "old.example");
        tool.create("new", "new.example");
    }

    @BeforeEach
    void useTheOld() throws Exception {
        use("old");
    }

    private void use(String name) throws Exception {
        for (String end : new String[]{".crt", ".key"}) {
            Path copy = Files.copy(certificates.resolve(name + end), directory.resolve("next" + end),
                    StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
            Files.move(copy, directory.resolve("own" + end), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private ServedProcess serve(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("serve", "echo", "--listen", "tls://127.0.0.1:0",
                "--tls-cert", directory.resolve("own.crt").toString(), "--tls-key",
                directory.resolve("own.key").toString()));
        arguments.addAll(List.of(more));
        return ServedProcess.start(arguments.toArray(String[]::new));
    }

    private static String shown(int port) {
        return Cli.run("x".getBytes(StandardCharsets.US_ASCII), "connect", "tls://127.0.0.1:" + port, "--insecure")
                .err();
    }

    /// Asks again until new connections get this certificate.
    private static void awaitShown(int port, String name) {
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        String shown = shown(port);
        while (!shown.contains(name)) {
            assertThat(System.nanoTime()).as(shown).isLessThan(deadlineNanos);
            shown = shown(port);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "process-pool", "process"})
    void hangUpReadsThemAgain(String model) throws Exception {
        try (ServedProcess server = serve("--model", model)) {
            int port = server.awaitPort();
            assertThat(shown(port)).contains("CN=old.example");
            use("new");
            server.signal("HUP");
            server.err.awaitContaining("the certificates were read again");
            awaitShown(port, "CN=new.example");
            Files.writeString(directory.resolve("own.key"), "damaged");
            server.signal("HUP");
            assertThat(server.err.awaitContaining("the configuration is unchanged")).contains("own.key");
            if (model.equals("process")) {
                use("new"); // the next worker reads the files at its start
            }
            assertThat(shown(port)).contains("CN=new.example");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process-pool", "process"})
    void aKeyThatDoesNotFitEndsTheStartOfWorkersWithOneSentence(String model) throws Exception {
        Files.copy(certificates.resolve("new.key"), directory.resolve("own.key"), StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
        try (ServedProcess server = serve("--model", model)) {
            server.err.awaitContaining("does not belong");
            assertThat(server.awaitStatus()).isEqualTo(2);
            assertThat(server.err.text().lines().filter(line -> !line.contains(" INFO "))).hasSize(1);
        }
    }

    @Test
    void aHotRestartKeepsTheSelfSignedCertificate() throws Exception {
        try (ServedProcess server = ServedProcess.start("serve", "echo", "--listen", "tls://127.0.0.1:0", "--model",
                "process-pool", "--workers", "1", "--tls-self-signed")) {
            int port = server.awaitPort();
            String fingerprint = afterLast(" is ", server.err.awaitContaining("NOT FOR PRODUCTION"));
            server.signal("USR2");
            String starting = server.err.awaitContaining("is starting to replace");
            long successor = Long.parseLong(starting.replaceAll(".*\\(process (\\d+)\\).*", "$1"));
            try {
                assertThat(server.awaitStatus()).isZero();
                assertThat(server.err.await(line -> line.contains("NOT FOR PRODUCTION"), 2)).hasSize(2)
                        .allMatch(line -> line.endsWith(fingerprint));
                assertThat(shown(port)).contains("self-signed");
            } finally {
                Signals.send("KILL", successor);
            }
        }
    }

    private static String afterLast(String word, String line) {
        return line.substring(line.lastIndexOf(word) + word.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "process-pool"})
    void changedFilesAreNoticed(String model) throws Exception {
        try (ServedProcess server = serve("--model", model, "--control", directory.resolve("control").toString())) {
            int port = server.awaitPort();
            use("new");
            server.err.awaitContaining("because their files have changed");
            awaitShown(port, "CN=new.example");
            Cli.Finished status = Cli.run("status", "--control", directory.resolve("control").toString());
            assertThat(status.out()).contains("certificate", "expires at", "in 89 days");
            assertThat(
                    Cli.run("status", "--format", "json", "--control", directory.resolve("control").toString()).out())
                    .contains("\"certificateExpires\":\"");
        }
    }
}
