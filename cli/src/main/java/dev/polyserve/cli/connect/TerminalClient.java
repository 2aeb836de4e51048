package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// An interactive client on a terminal: lines with history and editing; the server's output appears above the line
/// being typed.
///
/// `exit` and Ctrl-C end it; Ctrl-D half-closes the connection and waits for the server to end.
///
/// JLine is used here and in the screen of `top` only, so that the library is loaded only on a terminal.
///
/// **Thread**: [#run] runs on the caller's; lines are read and bytes received on threads of their own.
public final class TerminalClient {
    private static final System.Logger LOG = System.getLogger(TerminalClient.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    private static final Duration LAST_LINE_AT_MOST = Duration.ofSeconds(1);
    private static final String EXIT = "exit";

    private final Endpoint endpoint;
    private final ClientConnection connection;
    private final CountDownLatch over = new CountDownLatch(1);

    /// Creates a client for a connection.
    public TerminalClient(Endpoint endpoint, ClientConnection connection) {
        this.endpoint = endpoint;
        this.connection = connection;
    }

    /// Exchanges lines until the server or the user ends it.
    public void run() throws IOException, InterruptedException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).provider("ffm").graphemeCluster(false)
                .build()) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).appName("polyserve").build();
            Thread.ofPlatform().daemon().name("polyserve-receive").start(() -> receive(reader));
            Thread typing = Thread.ofPlatform().daemon().name("polyserve-type").start(() -> type(reader));
            over.await();
            // An interrupt ends the line being read, so that the terminal is not closed while the reader uses it.
            typing.interrupt();
            typing.join(LAST_LINE_AT_MOST);
        }
    }

    private void type(LineReader reader) {
        try {
            String line = reader.readLine();
            while (!line.equals(EXIT)) {
                connection.write(StandardCharsets.UTF_8.encode(line + "\n"));
                line = reader.readLine();
            }
            over.countDown();
        } catch (EndOfFileException e) {
            endOutput();
        } catch (UserInterruptException e) {
            over.countDown();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, endpoint + " accepts no more data: " + e.getMessage());
        }
    }

    private void endOutput() {
        try {
            connection.endOutput();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, endpoint + " has already ended: " + e.getMessage());
            over.countDown();
        }
    }

    private void receive(LineReader reader) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
        CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES);
        try {
            while (connection.read(bytes) >= 0) {
                decoder.decode(bytes.flip(), chars, false);
                bytes.compact();
                show(reader, chars.flip().toString());
                chars.clear();
            }
        } catch (AsynchronousCloseException _) {
            // The user has ended the client, and run() has ended.
            return;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the connection to " + endpoint + " ended: " + e.getMessage());
        } finally {
            over.countDown();
        }
    }

    /// Prints text at once, also without a line ending: it may be a prompt.
    private static void show(LineReader reader, String text) {
        text.lines().forEach(line -> reader.printAbove(PrintableText.of(line)));
    }
}
