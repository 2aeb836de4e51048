package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.text.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
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

/// A person at a terminal: lines with history and editing, what the server says above the line that is being typed.
///
/// `exit` and Ctrl-C end it; Ctrl-D tells the server that nothing more comes, and waits for its end.
///
/// The only class that uses JLine, so that it is loaded on a terminal only.
///
/// **Thread**: [#run] on the caller's; lines are read and bytes received on threads of their own.
public final class TerminalClient {
    private static final System.Logger LOG = System.getLogger(TerminalClient.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    private static final Duration LAST_LINE_AT_MOST = Duration.ofSeconds(1);
    private static final String EXIT = "exit";

    private final Endpoint endpoint;
    private final SocketChannel channel;
    private final CountDownLatch over = new CountDownLatch(1);

    /// For a connected channel.
    public TerminalClient(Endpoint endpoint, SocketChannel channel) {
        this.endpoint = endpoint;
        this.channel = channel;
    }

    /// Talks until the server or the person ends.
    public void run() throws IOException, InterruptedException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).provider("ffm").graphemeCluster(false)
                .build()) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).appName("polyserve").build();
            Thread.ofPlatform().daemon().name("polyserve-receive").start(() -> receive(reader));
            Thread typing = Thread.ofPlatform().daemon().name("polyserve-type").start(() -> type(reader));
            over.await();
            // The terminal must not be closed under the reader's hands; an interrupt ends its line.
            typing.interrupt();
            typing.join(LAST_LINE_AT_MOST);
        }
    }

    private void type(LineReader reader) {
        try {
            String line = reader.readLine();
            while (!line.equals(EXIT)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                line = reader.readLine();
            }
            over.countDown();
        } catch (EndOfFileException e) {
            endOutput();
        } catch (UserInterruptException e) {
            over.countDown();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, endpoint + " takes no more: " + e.getMessage());
        }
    }

    private void endOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, endpoint + " had ended already: " + e.getMessage());
            over.countDown();
        }
    }

    private void receive(LineReader reader) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
        CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES);
        try {
            while (channel.read(bytes) >= 0) {
                decoder.decode(bytes.flip(), chars, false);
                bytes.compact();
                show(reader, chars.flip().toString());
                chars.clear();
            }
        } catch (AsynchronousCloseException _) {
            // The person has ended it, and run() has closed the channel.
            return;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the connection to " + endpoint + " ended: " + e.getMessage());
        } finally {
            over.countDown();
        }
    }

    /// At once, also what has no line ending yet: it may be a question.
    private static void show(LineReader reader, String text) {
        text.lines().forEach(line -> reader.printAbove(Printable.of(line)));
    }
}
