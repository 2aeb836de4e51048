package dev.polyserve.cli.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// A resolver of names for tests: resolves those of the form `ADDRESS-ADDRESS….test`, with `_` for `:`, and passes all
/// other names to the system.
///
/// Records the threads that have looked up such names.
public final class TestNameResolver extends InetAddressResolverProvider {
    private static final String OURS = ".test";
    private static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

    /// Called by the JDK.
    public TestNameResolver() {}

    /// A name that resolves to these addresses, in this order.
    public static String of(String... addresses) {
        return String.join("-", addresses).replace(':', '_') + OURS;
    }

    /// The names of the recorded threads.
    public static Set<String> threads() {
        return Set.copyOf(THREADS);
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return host.endsWith(OURS) ? known(host).stream() : system.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    private static List<InetAddress> known(String host) throws UnknownHostException {
        THREADS.add(Thread.currentThread().getName());
        String addresses = host.substring(0, host.length() - OURS.length());
        if (addresses.equals("unknown")) {
            throw new UnknownHostException(host);
        }
        return Arrays.stream(addresses.replace('_', ':').split("-", -1)).map(InetAddress::ofLiteral).toList();
    }

    @Override
    public String name() {
        return "names of tests";
    }
}
