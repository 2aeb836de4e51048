package dev.polyserve.cli.services;

import dev.polyserve.InetdCommand;
import dev.polyserve.Connection;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program connected by pipes.
///
/// ```
///  running ──ends its output──▶ ends ──▶ over
///     └──close──▶ its input ends ──hangUp──▶ TERM ──terminate──▶ KILL ──▶ over
/// ```
///
/// **Thread**: as for [ProcessRelayPeer]. The JDK's pipes block the carrier thread, so the relay uses platform threads.
final class PipedProcess implements ProcessRelayPeer {
    private static final System.Logger LOG = System.getLogger(PipedProcess.class.getName());

    private final InetdCommand command;
    private final Process process;
    private final OutputStream input;
    private final InputStream output;
    private final String peer;

    private PipedProcess(InetdCommand command, Process process, Connection connection) {
        this.command = command;
        this.process = process;
        this.input = process.getOutputStream();
        this.output = process.getInputStream();
        this.peer = PrintableAddress.shown(connection.info().peer());
    }

    static PipedProcess start(InetdCommand command, Connection connection) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.argv()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(command.environmentFor(connection.info()));
        return new PipedProcess(command, builder.start(), connection);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        input.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        input.flush();
    }

    @Override
    public void endOutput() throws IOException {
        input.close();
    }

    @Override
    public void abandonOutput() throws IOException {
        input.close();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = output.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
        into.position(into.position() + Math.max(count, 0));
        return count;
    }

    @Override
    public boolean awaitExit() throws InterruptedException {
        process.waitFor();
        return true;
    }

    @Override
    public Thread unstarted(String name, Runnable body) {
        return Thread.ofPlatform().daemon().name(name).unstarted(body);
    }

    @Override
    public void resetOnClose() {
        // A program detects the end of its input, and then receives a signal.
    }

    /// Ends the program and its descendants, if they still run.
    @Override
    public void close() throws IOException {
        boolean interrupted = false;
        try {
            if (!process.waitFor(command.hangUp().toNanos(), TimeUnit.NANOSECONDS)) {
                terminate();
            }
            output.close();
        } catch (InterruptedException e) {
            interrupted = true;
            family().forEach(ProcessHandle::destroyForcibly);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void terminate() throws InterruptedException {
        List<ProcessHandle> all = family();
        all.forEach(ProcessHandle::destroy);
        if (!process.waitFor(command.terminate().toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.log(System.Logger.Level.DEBUG, "the program of " + peer + " still runs after TERM");
        }
        all.forEach(ProcessHandle::destroyForcibly);
        family().forEach(ProcessHandle::destroyForcibly);
    }

    private List<ProcessHandle> family() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
    }
}
