package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// The usual clients of TLS: `openssl s_client`, `gnutls-cli`, `curl` and Python's `ssl`.
@Timeout(120)
class TlsToolsTest {
    private static final int EXIT_SECONDS = 30;
    private static final String PYTHON = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[2])
            with socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=20) as below:
                client = context.wrap_socket(below, server_hostname='b.example')
                client.sendall(b'ping\\n')
                assert client.recv(5) == b'ping\\n'
                client.unwrap().close()
            print('done')
            """;

    @TempDir
    private Path directory;

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void certificate(String name) throws Exception {
        Requirements.program("openssl");
        assertThat(run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-days", "90", "-keyout",
                file(name + ".key"), "-out", file(name + ".crt"))).isNotNull();
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /// Runs a program without input, and returns what it has printed; it has to succeed.
    private static String run(String... command) throws Exception {
        Process process = start(command);
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    private static void type(Process process, String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    /// Reads until the text is there.
    private static String readTo(Process process, String text) throws IOException {
        StringBuilder printed = new StringBuilder();
        while (printed.indexOf(text) < 0) {
            int next = process.getInputStream().read();
            assertThat(next).as("%s, and not %s", printed, text).isNotNegative();
            printed.append((char) next);
        }
        return printed.toString();
    }

    private String openssl(CommandLine server, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + server.port(),
                "-CAfile", file("b.example.crt")));
        command.addAll(List.of(options));
        Process client = start(command.toArray(String[]::new));
        try {
            String shown = readTo(client, "Verify return code:");
            type(client, "ping\n");
            readTo(client, "ping\n");
            return shown;
        } finally {
            client.destroyForcibly();
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models(value = {"epoll", "io_uring", "virtual", "thread", "process-pool"}, whenFull = {"iterative", "thread-pool",
        "process", "polling", "select", "poll", "epoll-et", "nio"})
    void theUsualToolsAreServed(String model) throws Exception {
        Requirements.program("python3");
        certificate("a.example");
        certificate("b.example");
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "tls://127.0.0.1:0", "--model",
                model,
                "--tls-cert", file("a.example.crt"), "--tls-key", file("a.example.key"), "--tls-cert",
                file("b.example.crt"), "--tls-key", file("b.example.key"), "--tls-alpn", "h2,http/1.1",
                "--tls-client-ca", file("a.example.crt"), "--tls-client", "want")) {
            String named = openssl(server, "-servername", "b.example", "-alpn", "http/1.1,h2", "-tls1_3");
            assertThat(named).contains("b.example", "TLSv1.3", "ALPN protocol: h2");
            assertThat(openssl(server, "-tls1_2", "-cert", file("a.example.crt"), "-key", file("a.example.key")))
                    .contains("a.example", "TLSv1.2");
            refusesRenegotiation(server);
            assertThat(run("python3", "-c", PYTHON, String.valueOf(server.port()), file("b.example.crt")))
                    .isEqualTo("done\n");
        }
    }

    private void refusesRenegotiation(CommandLine server) throws Exception {
        Process client = start("openssl", "s_client", "-connect", "127.0.0.1:" + server.port(), "-tls1_2");
        try {
            readTo(client, "Verify return code:");
            type(client, "R\n");
            readTo(client, "RENEGOTIATING");
            assertThat(client.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)).as("the server ends it").isTrue();
        } finally {
            client.destroyForcibly();
        }
        Eventually.holds(() -> assertThat(server.errors()).contains("asked for a renegotiation of TLS"));
    }

    @ParameterizedTest(name = "{0}")
    @Models(value = {"epoll"}, whenFull = {"iterative", "thread", "thread-pool", "virtual", "process", "process-pool",
        "polling", "select", "poll", "epoll-et", "io_uring", "nio"})
    void gnutlsIsServed(String model) throws Exception {
        Requirements.program("gnutls-cli");
        certificate("b.example");
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "tls://127.0.0.1:0", "--model",
                model,
                "--tls-cert", file("b.example.crt"), "--tls-key", file("b.example.key"))) {
            gnutls(server);
        }
    }

    private void gnutls(CommandLine server) throws Exception {
        Process client = start("gnutls-cli", "--x509cafile", file("b.example.crt"), "--sni-hostname", "b.example",
                "--verify-hostname", "b.example", "--port", String.valueOf(server.port()), "127.0.0.1");
        try {
            readTo(client, "Simple Client Mode");
            type(client, "ping\n");
            readTo(client, "ping");
        } finally {
            client.destroyForcibly();
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"epoll", "virtual"})
    void curlGetsAPage(String model) throws Exception {
        Requirements.program("curl");
        Path page = Files.writeString(directory.resolve("page"),
                "read line; printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhello'");
        try (CommandLine server = CommandLine.serve(directory, "exec", "sh", page.toString(), "--listen",
                "tls://127.0.0.1:0", "--model", model, "--tls-self-signed")) {
            assertThat(run("curl", "--silent", "--show-error", "--insecure", "--max-time", "20",
                    "https://127.0.0.1:" + server.port() + "/")).isEqualTo("hello");
        }
    }
}
