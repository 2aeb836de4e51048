package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Takes mail over SMTP (RFC 5321) from clients that begin TLS (STARTTLS, RFC 3207).
public final class SmtpServer implements Handler {
    private final Consumer<Message> mailbox;
    private String from = "";
    private List<String> to = List.of();

    private SmtpServer(Consumer<Message> mailbox) {
        this.mailbox = mailbox;
    }

    /// A mail that was taken.
    public record Message(String from, List<String> to, String text) {}

    /// Starts the server.
    ///
    /// @param mailbox receives each mail, on the thread of its connection
    public static Server start(String endpoint, Model model, Tls tls, Consumer<Message> mailbox) throws IOException {
        return Server.at(endpoint).model(model).tls(tls).handler(() -> new SmtpServer(mailbox)).start();
    }

    @Override
    public void handle(Connection client) throws IOException {
        say(client, "220 localhost ready");
        for (String line; !client.ended() && (line = client.readLine()) != null;) {
            String command = line.strip().toUpperCase(Locale.ROOT);
            boolean secure = client.info().tls().isPresent();
            if (command.startsWith("EHLO")) {
                say(client, secure ? "250 localhost" : "250-localhost", secure ? "" : "250 STARTTLS");
            } else if (command.equals("STARTTLS") && !secure) {
                beginTls(client);
            } else if (command.equals("QUIT")) {
                say(client, "221 bye");
                client.end();
            } else {
                say(client,
                        secure
                                ? answer(client, line.strip(), command)
                                : "530 5.7.0 Must issue a STARTTLS command first");
            }
        }
    }

    // region starttls
    private void beginTls(Connection client) throws IOException {
        say(client, "220 go ahead");
        client.startTls();
        from = ""; // what was said without TLS counts no more
        to = List.of();
    }
    // endregion

    private String answer(Connection client, String line, String command) throws IOException {
        if (command.startsWith("MAIL FROM:")) {
            from = path(line, "MAIL FROM:");
            to = List.of();
            return "250 2.1.0 the sender is known";
        }
        if (command.startsWith("RCPT TO:")) {
            var more = new ArrayList<>(to);
            more.add(path(line, "RCPT TO:"));
            to = List.copyOf(more);
            return "250 2.1.5 the recipient is known";
        }
        if (command.equals("DATA")) {
            return to.isEmpty() ? "503 5.5.1 RCPT comes first" : data(client);
        }
        return command.equals("NOOP") || command.equals("RSET") ? "250 2.0.0 done" : "502 5.5.2 not known here";
    }

    private String data(Connection client) throws IOException {
        say(client, "354 end with a line that is a dot");
        StringBuilder text = new StringBuilder();
        for (String line; (line = client.readLine()) != null && !line.equals(".");) {
            text.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
        }
        mailbox.accept(new Message(from, to, text.toString()));
        to = List.of();
        return "250 2.0.0 taken";
    }

    /// What stands between the angle brackets.
    private static String path(String line, String command) {
        String path = line.substring(command.length()).strip();
        int end = path.indexOf('>');
        return path.startsWith("<") && end > 0 ? path.substring(1, end) : path;
    }

    private static void say(Connection client, String... lines) throws IOException {
        for (String line : lines) {
            if (!line.isEmpty()) {
                client.print(line + "\r\n");
            }
        }
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:2525", Model.auto(), Tls.selfSigned(), IO::println)) {
            server.await();
        }
    }
}
