package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The example with STARTTLS, with Python's mail client.
@Timeout(120)
@Tag("slow")
class SmtpServerTest {
    private static final String CLIENT = """
            import smtplib, ssl, sys
            with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), timeout=30) as client:
                try:
                    client.sendmail('a@example.com', 'b@example.com', 'not encrypted')
                except smtplib.SMTPSenderRefused as refused:
                    print(refused.smtp_code)
                client.starttls(context=ssl._create_unverified_context())
                client.sendmail('a@example.com', ['b@example.com', 'c@example.com'], 'hello\\n.\\nand a dot')
                print(client.sock.version())
            """;

    static List<Model> models() {
        return TestableModels.models().toList();
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static boolean hasPython() throws Exception {
        try {
            return run(List.of("python3", "-c", "import smtplib, ssl; print('yes')")).strip().equals("yes");
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aMailIsTakenOnceItIsEncrypted(Model model) throws Exception {
        assumeTrue(hasPython(), "needs python3");
        BlockingQueue<SmtpServer.Message> mailbox = new LinkedBlockingQueue<>();
        try (Server server = SmtpServer.start("tcp://127.0.0.1:0", model, Tls.selfSigned(), mailbox::add)) {
            assertThat(run(List.of("python3", "-c", CLIENT, String.valueOf(server.port()))))
                    .isEqualTo("530\nTLSv1.3\n");
        }
        assertThat(mailbox)
                .containsExactly(new SmtpServer.Message("a@example.com", List.of("b@example.com", "c@example.com"),
                        "hello\n.\nand a dot\n"));
    }
}
