package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks the constants of this module against the system's own headers.
@EnabledOnOs(OS.LINUX)
class LayoutTest {
    private static final List<String> HEADERS = List.of("stddef.h", "errno.h", "poll.h", "sys/epoll.h", "sys/eventfd.h",
            "sys/select.h", "sys/socket.h", "sys/uio.h", "sys/un.h", "netinet/in.h", "netinet/tcp.h", "netinet/udp.h",
            "time.h");
    private static final List<String> PROCESS_HEADERS = List.of("stddef.h", "signal.h", "spawn.h", "fcntl.h",
            "sys/ioctl.h",
            "sys/wait.h",
            "sys/resource.h");

    @TempDir
    private Path directory;

    private void compare(List<String> headers, Map<String, Long> ours) throws Exception {
        Map<String, Long> theirs = CompiledC.values(directory, headers, new ArrayList<>(ours.keySet()));
        assertThat(theirs).isEqualTo(ours);
    }

    @Test
    void structuresAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("sizeof(struct epoll_event)", (long) EpollEvents.BYTES);
        ours.put("offsetof(struct epoll_event, events)", (long) EpollEvents.EVENTS);
        ours.put("offsetof(struct epoll_event, data)", (long) EpollEvents.DATA);
        ours.put("sizeof(struct pollfd)", (long) PollDescriptors.BYTES);
        ours.put("offsetof(struct pollfd, fd)", (long) PollDescriptors.FD);
        ours.put("offsetof(struct pollfd, events)", (long) PollDescriptors.EVENTS);
        ours.put("offsetof(struct pollfd, revents)", (long) PollDescriptors.REVENTS);
        ours.put("sizeof(fd_set)", (long) DescriptorSet.WORDS * Long.BYTES);
        ours.put("FD_SETSIZE", (long) DescriptorSet.SIZE);
        ours.put("sizeof(struct timespec)", 16L);
        ours.put("offsetof(struct timespec, tv_nsec)", 8L);
        ours.put("sizeof(struct sockaddr_in)", (long) SocketAddresses.INET_BYTES);
        ours.put("offsetof(struct sockaddr_in, sin_family)", (long) SocketAddresses.FAMILY);
        ours.put("offsetof(struct sockaddr_in, sin_port)", (long) SocketAddresses.PORT);
        ours.put("offsetof(struct sockaddr_in, sin_addr)", (long) SocketAddresses.INET_ADDRESS);
        ours.put("sizeof(struct sockaddr_in6)", (long) SocketAddresses.INET6_BYTES);
        ours.put("offsetof(struct sockaddr_in6, sin6_port)", (long) SocketAddresses.PORT);
        ours.put("offsetof(struct sockaddr_in6, sin6_flowinfo)", (long) SocketAddresses.INET6_FLOW);
        ours.put("offsetof(struct sockaddr_in6, sin6_addr)", (long) SocketAddresses.INET6_ADDRESS);
        ours.put("offsetof(struct sockaddr_in6, sin6_scope_id)", (long) SocketAddresses.INET6_SCOPE);
        ours.put("sizeof(struct ucred)", (long) SocketCalls.CREDENTIALS_BYTES);
        ours.put("offsetof(struct ucred, pid)", (long) SocketCalls.PID);
        ours.put("offsetof(struct ucred, uid)", (long) SocketCalls.UID);
        ours.put("offsetof(struct ucred, gid)", (long) SocketCalls.GID);
        ours.put("sizeof(struct sockaddr_un)", (long) SocketAddresses.UNIX_BYTES);
        ours.put("offsetof(struct sockaddr_un, sun_path)", (long) SocketAddresses.UNIX_PATH);
        compare(HEADERS, ours);
    }

    /// `struct mmsghdr` is a GNU extension, which the headers hide by default.
    @Test
    void messagesAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("offsetof(struct msghdr, msg_name)", (long) MmsghdrArray.NAME);
        ours.put("offsetof(struct msghdr, msg_namelen)", (long) MmsghdrArray.NAME_LENGTH);
        ours.put("offsetof(struct msghdr, msg_iov)", (long) MmsghdrArray.PIECES);
        ours.put("offsetof(struct msghdr, msg_iovlen)", (long) MmsghdrArray.PIECES_COUNT);
        ours.put("offsetof(struct msghdr, msg_control)", (long) MmsghdrArray.CONTROL);
        ours.put("offsetof(struct msghdr, msg_controllen)", (long) MmsghdrArray.CONTROL_LENGTH);
        ours.put("sizeof(struct mmsghdr)", (long) MmsghdrArray.BYTES);
        ours.put("offsetof(struct mmsghdr, msg_len)", (long) MmsghdrArray.LENGTH);
        ours.put("sizeof(struct iovec)", (long) MmsghdrArray.PIECE_BYTES);
        ours.put("offsetof(struct iovec, iov_base)", (long) MmsghdrArray.PIECE_BASE);
        ours.put("offsetof(struct iovec, iov_len)", (long) MmsghdrArray.PIECE_LENGTH);
        ours.put("sizeof(struct cmsghdr)", (long) MmsghdrArray.CONTROL_HEADER_BYTES);
        ours.put("offsetof(struct cmsghdr, cmsg_len)", (long) MmsghdrArray.CONTROL_HEADER_LENGTH);
        ours.put("offsetof(struct cmsghdr, cmsg_level)", (long) MmsghdrArray.CONTROL_HEADER_LEVEL);
        ours.put("offsetof(struct cmsghdr, cmsg_type)", (long) MmsghdrArray.CONTROL_HEADER_TYPE);
        ours.put("CMSG_SPACE(4) + CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct in6_pktinfo))",
                (long) MmsghdrArray.CONTROL_BYTES);
        ours.put("CMSG_SPACE(2)", (long) AncillaryData.space(Short.BYTES));
        ours.put("sizeof(struct in_pktinfo)", (long) PacketInfo.INET_BYTES);
        ours.put("offsetof(struct in_pktinfo, ipi_spec_dst)", (long) PacketInfo.INET_SOURCE);
        ours.put("sizeof(struct in6_pktinfo)", (long) PacketInfo.INET6_BYTES);
        ours.put("offsetof(struct in6_pktinfo, ipi6_addr)", (long) PacketInfo.INET6_ADDRESS);
        ours.put("offsetof(struct in6_pktinfo, ipi6_ifindex)", (long) PacketInfo.INET6_INTERFACE);
        ours.put("CMSG_LEN(2)", (long) MmsghdrArray.CONTROL_HEADER_BYTES + Short.BYTES);
        compare(HEADERS, ours);
    }

    @Test
    void constantsOfWaitingAreThoseOfC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("EPOLLIN", (long) EpollEvents.IN);
        ours.put("EPOLLOUT", (long) EpollEvents.OUT);
        ours.put("EPOLLERR", (long) EpollEvents.ERR);
        ours.put("EPOLLHUP", (long) EpollEvents.HUP);
        ours.put("EPOLLRDHUP", (long) EpollEvents.RDHUP);
        ours.put("(int) EPOLLET", (long) EpollEvents.ET);
        ours.put("EPOLL_CTL_ADD", (long) ReadinessWaitCalls.EPOLL_CTL_ADD);
        ours.put("EPOLL_CTL_DEL", (long) ReadinessWaitCalls.EPOLL_CTL_DEL);
        ours.put("EPOLL_CTL_MOD", (long) ReadinessWaitCalls.EPOLL_CTL_MOD);
        ours.put("EPOLL_CLOEXEC", (long) SocketCalls.SOCK_CLOEXEC);
        ours.put("EFD_CLOEXEC", (long) SocketCalls.SOCK_CLOEXEC);
        ours.put("EFD_NONBLOCK", (long) SocketCalls.SOCK_NONBLOCK);
        ours.put("POLLIN", (long) PollDescriptors.IN);
        ours.put("POLLOUT", (long) PollDescriptors.OUT);
        ours.put("POLLERR", (long) PollDescriptors.ERR);
        ours.put("POLLHUP", (long) PollDescriptors.HUP);
        ours.put("POLLNVAL", (long) PollDescriptors.NVAL);
        compare(HEADERS, ours);
    }

    @Test
    void constantsOfSocketsAreThoseOfC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("AF_UNIX", (long) SocketAddresses.AF_UNIX);
        ours.put("AF_INET", (long) SocketAddresses.AF_INET);
        ours.put("AF_INET6", (long) SocketAddresses.AF_INET6);
        ours.put("SOCK_STREAM", (long) SocketCalls.STREAM);
        ours.put("SOCK_DGRAM", (long) SocketCalls.DATAGRAM);
        ours.put("SOCK_NONBLOCK", (long) SocketCalls.SOCK_NONBLOCK);
        ours.put("SOCK_CLOEXEC", (long) SocketCalls.SOCK_CLOEXEC);
        ours.put("MSG_NOSIGNAL", (long) SocketCalls.MSG_NOSIGNAL);
        ours.put("MSG_DONTWAIT", (long) SocketCalls.MSG_DONTWAIT);
        ours.put("MSG_WAITALL", (long) SocketCalls.MSG_WAITALL);
        ours.put("SHUT_RD", (long) SocketCalls.SHUT_RD);
        ours.put("SHUT_WR", (long) SocketCalls.SHUT_WR);
        ours.put("SHUT_RDWR", (long) SocketCalls.SHUT_RDWR);
        for (IntSocketOption option : IntSocketOption.values()) {
            ours.put(option.name(), (long) option.number);
        }
        ours.put("SOL_SOCKET", (long) IntSocketOption.SO_REUSEADDR.level);
        ours.put("IPPROTO_TCP", (long) IntSocketOption.TCP_NODELAY.level);
        ours.put("IPPROTO_UDP", (long) IntSocketOption.UDP_GRO.level);
        ours.put("IPPROTO_IPV6", (long) IntSocketOption.IPV6_V6ONLY.level);
        compare(HEADERS, ours);
    }

    @Test
    void whatIsToldOfChildrenIsLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("sizeof(siginfo_t)", (long) WaitidResult.INFO_BYTES);
        ours.put("offsetof(siginfo_t, si_code)", (long) WaitidResult.CODE);
        ours.put("offsetof(siginfo_t, si_pid)", (long) WaitidResult.PID);
        ours.put("offsetof(siginfo_t, si_status)", (long) WaitidResult.STATUS);
        ours.put("CLD_EXITED", (long) WaitidResult.CLD_EXITED);
        ours.put("sizeof(struct rusage)", (long) WaitidResult.USAGE_BYTES);
        ours.put("offsetof(struct rusage, ru_utime)", (long) WaitidResult.USER_TIME);
        ours.put("offsetof(struct rusage, ru_stime)", (long) WaitidResult.SYSTEM_TIME);
        ours.put("offsetof(struct timeval, tv_usec)", (long) Long.BYTES);
        ours.put("P_PID", (long) ProcessCalls.P_PID);
        ours.put("P_PGID", (long) ProcessCalls.P_PGID);
        ours.put("WEXITED", (long) ProcessCalls.WEXITED);
        ours.put("WNOHANG", (long) ProcessCalls.WNOHANG);
        ours.put("SIGTERM", (long) ProcessCalls.SIGTERM);
        ours.put("SIGKILL", (long) ProcessCalls.SIGKILL);
        ours.put("SIGCHLD", (long) ProcessCalls.SIGCHLD);
        compare(PROCESS_HEADERS, ours);
    }

    @Test
    void countersOfTcpAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("offsetof(struct tcp_info, tcpi_state)", (long) TcpInfo.STATE);
        ours.put("offsetof(struct tcp_info, tcpi_bytes_received)", (long) TcpInfo.BYTES_RECEIVED);
        ours.put("offsetof(struct tcp_info, tcpi_notsent_bytes)", (long) TcpInfo.NOT_SENT);
        ours.put("offsetof(struct tcp_info, tcpi_bytes_sent)", (long) TcpInfo.BYTES_SENT);
        ours.put("offsetof(struct tcp_info, tcpi_bytes_retrans)", (long) TcpInfo.BYTES_SENT_AGAIN);
        compare(List.of("stddef.h", "linux/tcp.h"), ours);
        Map<String, Long> states = Map.of(
                "1 << TCP_TIME_WAIT | 1 << TCP_CLOSE_WAIT | 1 << TCP_LAST_ACK | 1 << TCP_CLOSING",
                (long) TcpInfo.ENDED_BY_PEER);
        compare(List.of("netinet/tcp.h"), states);
    }

    @Test
    void whatIsPreparedForAChildIsAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("POSIX_SPAWN_SETPGROUP", (long) PosixSpawn.SETPGROUP);
        ours.put("POSIX_SPAWN_SETSIGDEF", (long) PosixSpawn.SETSIGDEF);
        ours.put("POSIX_SPAWN_SETSIGMASK", (long) PosixSpawn.SETSIGMASK);
        ours.put("sizeof(sigset_t)", (long) PosixSpawn.SIGNAL_SET_BYTES);
        ours.put("sizeof(posix_spawn_file_actions_t) <= " + PosixSpawn.STRUCTURE_BYTES, 1L);
        ours.put("sizeof(posix_spawnattr_t) <= " + PosixSpawn.STRUCTURE_BYTES, 1L);
        ours.put("FIONBIO", (long) DescriptorCalls.FIONBIO);
        ours.put("F_DUPFD_CLOEXEC", (long) DescriptorCalls.F_DUPFD_CLOEXEC);
        compare(PROCESS_HEADERS, ours);
    }

    @Test
    void errorNumbersAreThoseOfC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        for (int errno = 1; errno < 134; errno++) {
            String text = Errno.text(errno);
            int bracket = text.indexOf('(');
            if (bracket >= 0) {
                ours.put(text.substring(bracket + 1, text.length() - 1), (long) errno);
            }
        }
        assertThat(ours).hasSizeGreaterThan(30);
        compare(HEADERS, ours);
    }

    @Test
    void callsHaveTheNumbersOfThisProcessor() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        for (SystemCallNumber call : SystemCallNumber.values()) {
            ours.put("SYS_" + call.name().toLowerCase(Locale.ROOT), call.here);
        }
        compare(List.of("sys/syscall.h"), ours);
    }

    /// The generic table, which aarch64 uses, is among the headers of every architecture.
    @Test
    void callsHaveTheNumbersOfAarch64() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        for (SystemCallNumber call : SystemCallNumber.values()) {
            ours.put("__NR_" + call.name().toLowerCase(Locale.ROOT), (long) call.on(ProcessorArchitecture.AARCH64));
        }
        compare(List.of("asm-generic/unistd.h"), ours);
    }

    @Test
    void processorsAreKnownByTheNamesOfTheJdk() {
        assertThat(ProcessorArchitecture.of("amd64")).contains(ProcessorArchitecture.X86_64);
        assertThat(ProcessorArchitecture.of("aarch64")).contains(ProcessorArchitecture.AARCH64);
        assertThat(ProcessorArchitecture.of("riscv64")).isEmpty();
        assertThat(SystemCallNumber.ACCEPT4.on(ProcessorArchitecture.X86_64)).isEqualTo(288);
    }

    @Test
    void usersAndGroupsAreLaidOutAsInC() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        ours.put("sizeof(struct passwd)", (long) CLibrary.PASSWD_BYTES);
        ours.put("offsetof(struct passwd, pw_uid)", (long) CLibrary.PASSWD_UID);
        ours.put("offsetof(struct passwd, pw_gid)", (long) CLibrary.PASSWD_GID);
        ours.put("sizeof(struct group)", (long) CLibrary.GROUP_BYTES);
        ours.put("offsetof(struct group, gr_gid)", (long) CLibrary.GROUP_GID);
        compare(List.of("stddef.h", "pwd.h", "grp.h"), ours);
    }
}
