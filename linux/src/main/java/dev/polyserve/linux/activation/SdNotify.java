package dev.polyserve.linux.activation;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reports this program's state to the service manager: sd_notify(3), to the socket that `NOTIFY_SOCKET` names.
///
/// Without that variable, every method does nothing. A socket that is gone or does not accept messages is logged once
/// and never stops the program: a server serves without its manager, too.
///
/// **Thread**: any; one message is sent at a time.
public final class SdNotify implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.polyserve");
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_MICRO = 1_000;

    private final Optional<UnixDomainSocketAddress> address;
    private final Optional<Duration> watchdog;
    private @Nullable Descriptor socket;
    private boolean complained;

    private SdNotify(Optional<UnixDomainSocketAddress> address, Optional<Duration> watchdog) {
        this.address = address;
        this.watchdog = watchdog;
    }

    /// The service manager of this process.
    public static SdNotify ofThisProcess() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    /// Parses these variables for the process with this number.
    static SdNotify of(Map<String, String> environment, long pid) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (name.isEmpty()) {
            return new SdNotify(Optional.empty(), Optional.empty());
        }
        if (!name.startsWith("/") && !name.startsWith("@")) {
            LOG.log(System.Logger.Level.WARNING, "NOTIFY_SOCKET is '" + name
                    + "', which is neither a path nor an abstract name of a Unix socket, so no service manager is notified");
            return new SdNotify(Optional.empty(), Optional.empty());
        }
        return new SdNotify(Optional.of(UnixDomainSocketAddress.of(Path.of(name))), watchdog(environment, pid));
    }

    private static Optional<Duration> watchdog(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String forProcess = environment.getOrDefault("WATCHDOG_PID", "");
        boolean ours = forProcess.isEmpty() || forProcess.equals(Long.toString(pid));
        boolean isTime = micros.matches("[0-9]{1,15}") && Long.parseLong(micros) > 0;
        return ours && isTime
                ? Optional.of(Duration.ofNanos(Long.parseLong(micros) * NANOS_PER_MICRO))
                : Optional.empty();
    }

    /// True when there is a service manager to notify.
    public boolean listens() {
        return address.isPresent();
    }

    /// The time without a sign of life after which the manager considers this program dead; empty when the manager does
    /// not watch it.
    public Optional<Duration> watchdog() {
        return watchdog;
    }

    /// Reports that the program serves.
    ///
    /// @param status one line for people
    public void ready(String status) {
        tell("READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\nSTATUS=" + oneLine(status));
    }

    /// Reports that the program reloads its configuration; [#ready] follows.
    public void reloading() {
        tell("RELOADING=1\nMONOTONIC_USEC=" + ReadinessWaitCalls.monotonicNanos() / NANOS_PER_MICRO);
    }

    /// Reports that the program is about to end.
    public void stopping(String status) {
        tell("STOPPING=1\nSTATUS=" + oneLine(status));
    }

    /// Reports that another process serves in this one's place: the service's main process from now on.
    ///
    /// @param status one line for people
    public void replacedBy(long pid, String status) {
        tell("MAINPID=" + pid + "\nSTATUS=" + oneLine(status));
    }

    /// Reports the program's status.
    ///
    /// @param status one line for people
    public void status(String status) {
        tell("STATUS=" + oneLine(status));
    }

    /// Reports that the program is alive.
    public void alive() {
        tell("WATCHDOG=1");
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ');
    }

    private synchronized void tell(String message) {
        if (address.isEmpty()) {
            return;
        }
        try {
            send(address.get(), ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.log(System.Logger.Level.WARNING, "the service manager at " + address.get()
                        + " (NOTIFY_SOCKET) cannot be told how this program is, which goes on without: "
                        + e.getMessage());
            }
        }
    }

    private void send(UnixDomainSocketAddress to, ByteBuffer message) throws IOException {
        Descriptor open = open();
        SystemCallMemory memory = SystemCallMemory.forTransfers();
        memory.copyFrom(message, message.remaining());
        int sent = 0;
        for (boolean waited = false;; waited = true) {
            sent = SocketCalls.sendTo(memory, open.number(), message.remaining(), SocketAddresses.AF_UNIX, to);
            if (waited || (sent != -Errno.EAGAIN && sent != -Errno.EINTR)) {
                break;
            }
            open.await(PollDescriptors.OUT, TIMEOUT_NANOS);
        }
        SystemCallException.require("sendto", sent);
    }

    private Descriptor open() throws IOException {
        Descriptor open = socket;
        if (open == null) {
            Optional<String> noCalls = SystemCalls.whyNot();
            if (noCalls.isPresent()) {
                throw new IOException(noCalls.get());
            }
            open = new Descriptor(SystemCallException.require("socket",
                    SocketCalls.socket(SystemCallMemory.small(), SocketAddresses.AF_UNIX, SocketCalls.DATAGRAM)));
            socket = open;
        }
        return open;
    }

    /// Releases the socket; a later message opens another one.
    @Override
    public synchronized void close() throws IOException {
        Descriptor open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
