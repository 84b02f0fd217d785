import Glibc

/// How many descriptors the process may have open (`RLIMIT_NOFILE`).
enum DescriptorLimit {
    /// Raises the limit to `needed` as far as the system lets it.
    ///
    /// - Returns: the limit now in force.
    static func raise(to needed: Int) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        let wanted = rlim_t(needed)
        guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
        var raised = rlimit(rlim_cur: wanted, rlim_max: max(limit.rlim_max, wanted))
        // Past the hard limit only root may go.
        if limit.rlim_max < wanted, unsafe setrlimit(resource, &raised) == 0 { return needed }
        raised = rlimit(rlim_cur: min(wanted, limit.rlim_max), rlim_max: limit.rlim_max)
        guard unsafe setrlimit(resource, &raised) == 0 else { return Int(clamping: limit.rlim_cur) }
        return Int(clamping: raised.rlim_cur)
    }
}
