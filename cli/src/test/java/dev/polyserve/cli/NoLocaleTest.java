package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs without a locale, as under cron and in containers: words beyond ASCII reach clients unchanged, or are rejected in one
/// sentence. The test's own JVM may have no locale either, so a shell substitutes the characters for `WORD`.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class NoLocaleTest {
    private static final Map<String, String> NO_LOCALE = Map.of("LC_ALL", "C");
    private static final String UTF8 = "Gr\\xc3\\xbc\\xc3\\x9f";
    private static final String GREETING = "Gr\u00fc\u00df\n";

    @TempDir
    private Path directory = Path.of(".");

    private static ServedProcess start(String word, Map<String, String> environment, String... arguments)
            throws IOException {
        return ServedProcess.start(
                List.of("bash", "-c", "V=$'" + word + "' exec \"${@//WORD/$'" + word + "'}\"", "bash"), environment,
                arguments);
    }

    private static void requireGreeting(ServedProcess server) throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.awaitPort())) {
            client.setSoTimeout(40_000);
            byte[] greeting = GREETING.getBytes(StandardCharsets.UTF_8);
            assertThat(client.getInputStream().readNBytes(greeting.length)).as(server.err.text()).isEqualTo(greeting);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll", "process"})
    void clientsReceiveTheGivenText(String model) throws Exception {
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "welcome", "WORD", "--model", model, "--listen",
                "tcp://127.0.0.1:0")) {
            requireGreeting(server);
        }
    }

    @Test
    void programsReceiveGivenAndInheritedVariables() throws Exception {
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "exec", "--listen", "tcp://127.0.0.1:0", "--env",
                "V", "--", "sh", "-c", "test $V = WORD && echo WORD")) {
            requireGreeting(server);
        }
    }

    @Test
    void aProgramBehindPipesIsRejected() throws Exception {
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "exec", "--stdio", "pipe", "--listen",
                "tcp://127.0.0.1:0", "--", "echo", "WORD")) {
            refused(server, "'Gr\u00fc\u00df' cannot be given to a program in this locale's encoding, US-ASCII");
        }
    }

    @Test
    void undecodableFileNamesAreRejected() throws Exception {
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "echo", "--pid-file", "/tmp/WORD")) {
            refused(server,
                    "bad --pid-file '/tmp/Gr\u00fc\u00df': it has characters that the encoding of file names, US-ASCII,");
        }
        Path config = Files.writeString(directory.resolve("c.toml"), "listen = \"unix:/tmp/Gr\u00fc\u00df\"\n");
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "echo", "--config", config.toString())) {
            refused(server,
                    "bad endpoint 'unix:/tmp/Gr\u00fc\u00df': the path has characters that the encoding of file");
        }
    }

    @Test
    void undecodableBytesAreRejected() throws Exception {
        try (ServedProcess server = start("Gr\\xfc", NO_LOCALE, "serve", "welcome", "WORD")) {
            refused(server, "'Gr\ufffd' has bytes that do not decode in this locale's encoding, UTF-8");
        }
    }

    /// The JDK's sockets would lose it, and a descriptor with it.
    @Test
    void aClientWhoseOwnPathHasLettersIsServed() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "needs perl");
        Path socket = directory.resolve("s");
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "echo", "--model", "virtual", "--listen",
                "unix:" + socket)) {
            server.out.awaitContaining("polyserve: serving ");
            Process client = new ProcessBuilder("perl", "-MSocket", "-e",
                    "alarm 40; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"$ARGV[0]/Gr\\xc3\\xbc\\xc3\\x9f\"));"
                            + " connect(S, sockaddr_un(\"$ARGV[0]/s\")) or die 'not connected';"
                            + " syswrite(S, \"ping\"); shutdown(S, 1); print <S>",
                    directory.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as(server.err.text()).isEqualTo("ping");
        }
    }

    @Test
    void unixSocketsOfTheJdkAreRefused() throws Exception {
        try (ServedProcess server = start(UTF8, NO_LOCALE, "serve", "echo", "--model", "nio", "--listen",
                "unix:" + directory.resolve("s"))) {
            refused(server, "cannot listen at unix:" + directory.resolve("s") + ": the JDK's sockets lose each client");
        }
    }

    private static void refused(ServedProcess server, String sentence) throws Exception {
        assertThat(server.awaitStatus()).isEqualTo(2);
        server.err.awaitContaining("polyserve: " + sentence);
        assertThat(server.err.text()).hasLineCount(1);
        assertThat(server.out.text()).isEmpty();
    }
}
