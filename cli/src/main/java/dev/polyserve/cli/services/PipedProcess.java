package dev.polyserve.cli.services;

import dev.polyserve.Command;
import dev.polyserve.Connection;
import dev.polyserve.Sender;
import dev.polyserve.text.Addresses;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program behind pipes, and the two threads that wait for those.
///
/// ```
/// running --it ends its output--> our side ended --it ends--> over
///    \--nobody wants it any more--> input ended --hangUp--> TERM --terminate--> KILL --> over
/// ```
///
/// **Thread**: its connection's, but for its own two.
final class PipedProcess implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PipedProcess.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int PIECES_WAITING = 4;
    private static final byte[] END = {};

    private final Command command;
    private final Process process;
    private final Sender client;
    private final Delivery delivery;
    private final String peer;
    private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES_WAITING);
    private final Thread feeder;
    private final Thread reader;
    private volatile boolean fed = true;

    private PipedProcess(Command command, Process process, Connection connection) {
        this.command = command;
        this.process = process;
        this.client = connection.sender();
        this.delivery = new Delivery(client);
        this.peer = Addresses.shown(connection.info().peer());
        this.feeder = Thread.ofPlatform().daemon().name("polyserve-stdin-" + client.id()).unstarted(this::feedAll);
        this.reader = Thread.ofPlatform().daemon().name("polyserve-stdout-" + client.id()).unstarted(this::readAll);
    }

    /// Starts the program of a connection.
    static PipedProcess start(Command command, Connection connection) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.argv()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(command.environmentFor(connection.info()));
        PipedProcess started = new PipedProcess(command, builder.start(), connection);
        started.feeder.start();
        started.reader.start();
        return started;
    }

    /// Gives it a piece of input, which is its own from now on.
    ///
    /// @return false when it takes no more
    boolean feed(byte[] piece) throws InterruptedException {
        while (fed) {
            if (pieces.offer(piece, 1, TimeUnit.SECONDS)) {
                return true;
            }
        }
        return false;
    }

    /// It sees the end of its input after what was given so far.
    void endInput() throws InterruptedException {
        boolean _ = feed(END);
    }

    /// Waits until it has ended, as long as it says something at least every so often; zero: however seldom.
    void awaitEnd(Duration longestSilence) throws InterruptedException {
        delivery.awaitEnd(reader, longestSilence);
    }

    private void feedAll() {
        try (OutputStream input = process.getOutputStream()) {
            byte[] piece = pieces.take();
            while (piece.length > 0) {
                input.write(piece);
                input.flush();
                delivery.moved();
                piece = pieces.take();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the program of " + peer + " takes no more: " + e.getMessage());
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "the connection of " + peer + " is over, and so is its program's input");
        } finally {
            fed = false;
        }
    }

    private void readAll() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream output = process.getInputStream()) {
            for (int count; (count = output.read(buffer)) >= 0;) {
                delivery.send(ByteBuffer.wrap(buffer, 0, count));
            }
            client.end();
            process.waitFor();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "nothing more can be passed on to " + peer + ": " + e.getMessage());
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "the connection of " + peer + " is over before its program");
        } finally {
            client.close();
        }
    }

    /// Ends it and what it has started, if it has not ended; nothing is sent to the client after this returns.
    @Override
    public void close() {
        feeder.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(command.hangUp().toNanos(), TimeUnit.NANOSECONDS)) {
                List<ProcessHandle> all = family();
                all.forEach(ProcessHandle::destroy);
                if (!process.waitFor(command.terminate().toNanos(), TimeUnit.NANOSECONDS)) {
                    LOG.log(System.Logger.Level.DEBUG, "the program of " + peer + " goes on after TERM");
                }
                all.forEach(ProcessHandle::destroyForcibly);
                family().forEach(ProcessHandle::destroyForcibly);
            }
            reader.interrupt();
            process.getInputStream().close();
            reader.join(command.terminate());
        } catch (InterruptedException e) {
            interrupted = true;
            family().forEach(ProcessHandle::destroyForcibly);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the output of the program of " + peer + ": " + e.getMessage());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<ProcessHandle> family() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
    }
}
