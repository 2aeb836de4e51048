package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.HostResolver;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntFunction;
import dev.polyserve.io.UnreachableException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Creates a socket, sets its options and binds it; a failure leaves nothing behind.
///
/// **Thread**: the thread that created it.
final class SocketBinding {
    private final SystemCallMemory memory = SystemCallMemory.small();
    private final Endpoint endpoint;
    private final int family;
    private final Descriptor descriptor;
    private final SocketOptionSetter settings;

    private SocketBinding(Endpoint endpoint, int family, int type) throws IOException {
        this.endpoint = endpoint;
        this.family = family;
        this.descriptor = new Descriptor(
                SystemCallException.require("socket", SocketCalls.socket(memory, family, type)));
        this.settings = new SocketOptionSetter(endpoint, descriptor);
    }

    /// Creates an Internet socket. For the wildcard host it is an IPv6 socket, which serves IPv4, too; a system without
    /// IPv6 gets an IPv4 socket.
    private static SocketBinding inet(Endpoint endpoint, String host, InetSocketAddress address, int type)
            throws IOException {
        if (!HostResolver.isEvery(host)) {
            return new SocketBinding(endpoint, SocketAddresses.familyOf(address), type);
        }
        try {
            return new SocketBinding(endpoint, SocketAddresses.AF_INET6, type);
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EAFNOSUPPORT) {
                throw e;
            }
            return new SocketBinding(endpoint, SocketAddresses.AF_INET, type);
        }
    }

    static BoundDescriptor tcp(Endpoint.Tcp tcp, Options.Sockets options) throws IOException {
        return tcp(tcp, tcp, port -> new Endpoint.Tcp(tcp.host(), port), options);
    }

    static BoundDescriptor tls(Endpoint.Tls tls, Options.Sockets options) throws IOException {
        return tcp(tls, tls.tcp(), port -> new Endpoint.Tls(tls.host(), port), options);
    }

    private static BoundDescriptor tcp(Endpoint asked, Endpoint.Tcp tcp, IntFunction<Endpoint> real,
            Options.Sockets options) throws IOException {
        InetSocketAddress address = HostResolver.resolve(asked, tcp.host(), tcp.port());
        return inet(asked, tcp.host(), address, SocketCalls.STREAM).closedOnFailure(binding -> {
            binding.settings.set(IntSocketOption.SO_REUSEADDR, options.reuseAddress());
            binding.settings.ofTcpListener(options);
            InetSocketAddress bound = binding.bindInet(address);
            binding.listen(options.backlog());
            return binding.bound(real.apply(bound.getPort()), bound, Optional.empty());
        });
    }

    static BoundDescriptor udp(Endpoint.Udp udp, Options.Sockets options) throws IOException {
        InetSocketAddress address = HostResolver.resolve(udp, udp.host(), udp.port());
        return inet(udp, udp.host(), address, SocketCalls.DATAGRAM).closedOnFailure(binding -> {
            binding.settings.buffers(options);
            InetSocketAddress bound = binding.bindInet(address);
            return binding.bound(new Endpoint.Udp(udp.host(), bound.getPort()), bound, Optional.empty());
        });
    }

    /// Opens a stream socket for an outgoing connection.
    ///
    /// @param local the address to bind it to; null: it is not bound
    static Descriptor connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException {
        SystemCallMemoryPool memories = SystemCallMemoryPool.shared();
        SystemCallMemory memory = memories.take();
        try {
            int family = SocketAddresses.familyOf(peer);
            Descriptor opened = new Descriptor(
                    ConnectErrnoMapper.requireSocket(SocketCalls.socket(memory, family, SocketCalls.STREAM)));
            try {
                SocketOptionSetter settings = new SocketOptionSetter(opened, memory);
                if (family == SocketAddresses.AF_UNIX) {
                    settings.buffers(options);
                } else {
                    settings.ofTcpConnection(options);
                }
                if (local != null) {
                    bindLocal(opened, memory, settings, local);
                }
                return opened;
            } catch (IOException | RuntimeException | Error e) {
                opened.close();
                throw e;
            }
        } finally {
            memories.give(memory);
        }
    }

    /// Binds the address only: the system chooses the port with the peer in view, so that each server has all ports.
    private static void bindLocal(Descriptor socket, SystemCallMemory memory, SocketOptionSetter settings,
            InetAddress local)
            throws IOException {
        settings.set(IntSocketOption.IP_BIND_ADDRESS_NO_PORT, true);
        InetSocketAddress address = new InetSocketAddress(local, 0);
        int result = SocketCalls.bind(memory, socket.number(), SocketAddresses.familyOf(address), address);
        if (result < 0) {
            throw UnreachableException.localAddress(local, new SystemCallException("bind", result));
        }
    }

    /// Binds a Unix stream listener.
    static BoundDescriptor unix(Endpoint.Unix unix, Options.Sockets options) throws IOException {
        Step listens = binding -> binding.listen(options.backlog());
        return unix.isAbstract()
                ? abstractUnix(unix, unix.path(), SocketCalls.STREAM, listens)
                : unix(unix, unix.path(), SocketCalls.STREAM, listens);
    }

    static BoundDescriptor unixDatagram(Endpoint.UnixDatagram unix, Options.Sockets options) throws IOException {
        Step buffers = binding -> binding.settings.buffers(options);
        return unix.isAbstract()
                ? abstractUnix(unix, unix.path(), SocketCalls.DATAGRAM, buffers)
                : unix(unix, unix.path(), SocketCalls.DATAGRAM, buffers);
    }

    private static BoundDescriptor unix(Endpoint endpoint, Path path, int type, Step afterwards) throws IOException {
        SocketFile.removeStale(endpoint, path, at -> isLive(at, type));
        return new SocketBinding(endpoint, SocketAddresses.AF_UNIX, type).closedOnFailure(binding -> {
            SocketAddress address = binding.bindUnix(path);
            SocketFile file = SocketFile.made(path);
            try {
                afterwards.run(binding);
            } catch (IOException e) {
                file.remove();
                throw e;
            }
            return binding.bound(endpoint, address, Optional.of(file));
        });
    }

    /// Binds an abstract name. It vanishes with its socket, so it cannot be stale and leaves no file to remove.
    private static BoundDescriptor abstractUnix(Endpoint endpoint, Path name, int type, Step afterwards)
            throws IOException {
        return new SocketBinding(endpoint, SocketAddresses.AF_UNIX, type).closedOnFailure(binding -> {
            SocketAddress address = binding.bindUnix(name);
            afterwards.run(binding);
            return binding.bound(endpoint, address, Optional.empty());
        });
    }

    private SocketAddress bindUnix(Path path) throws IOException {
        SocketAddress address = UnixDomainSocketAddress.of(path);
        require("bind", SocketCalls.bind(memory, descriptor.number(), family, address));
        return address;
    }

    /// Only `ECONNREFUSED` proves the file stale: a full backlog, another socket type or a missing permission means a
    /// live socket.
    private static boolean isLive(Path path, int type) throws IOException {
        SystemCallMemory memory = SystemCallMemory.small();
        Descriptor probe = new Descriptor(
                SystemCallException.require("socket", SocketCalls.socket(memory, SocketAddresses.AF_UNIX, type)));
        try {
            return SocketCalls.connect(memory, probe.number(), SocketAddresses.AF_UNIX,
                    UnixDomainSocketAddress.of(path)) != -Errno.ECONNREFUSED;
        } finally {
            probe.close();
        }
    }

    private interface Step {
        void run(SocketBinding binding) throws IOException;
    }

    private interface Steps {
        BoundDescriptor run(SocketBinding binding) throws IOException;
    }

    private BoundDescriptor closedOnFailure(Steps steps) throws IOException {
        try {
            return steps.run(this);
        } catch (IOException | RuntimeException | Error e) {
            descriptor.close();
            throw e;
        }
    }

    private InetSocketAddress bindInet(InetSocketAddress address) throws IOException {
        if (family == SocketAddresses.AF_INET6) {
            settings.set(IntSocketOption.IPV6_V6ONLY, false);
        }
        require("bind", SocketCalls.bind(memory, descriptor.number(), family, address));
        require("getsockname", SocketCalls.getSockName(memory, descriptor.number()));
        return (InetSocketAddress) SocketCalls.lastAddress(memory);
    }

    private void listen(int backlog) throws IOException {
        require("listen", SocketCalls.listen(memory, descriptor.number(), backlog));
    }

    private BoundDescriptor bound(Endpoint real, SocketAddress address, Optional<SocketFile> file) {
        return new BoundDescriptor(descriptor, family, real, address, file);
    }

    /// Throws an exception for a failed call. Its one sentence names the problem, the place and the remedy.
    private void require(String call, int result) throws BindFailedException {
        if (result < 0) {
            String why = switch (-result) {
                case Errno.EADDRINUSE -> family == SocketAddresses.AF_UNIX
                        ? "another server has this address; stop it or take another one"
                        : BindFailedException.IN_USE;
                case Errno.EADDRNOTAVAIL -> BindFailedException.NOT_OURS;
                case Errno.EACCES -> family == SocketAddresses.AF_UNIX
                        ? "permission denied; take a directory that may be written to"
                        : BindFailedException.FORBIDDEN;
                case Errno.ENOENT -> "its directory does not exist; make it or take another path";
                default -> Errno.text(-result);
            };
            throw new BindFailedException(endpoint, why, new SystemCallException(call, result));
        }
    }
}
