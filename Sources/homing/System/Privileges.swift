import Glibc

/// The user and group that the process becomes when root is no longer needed.
struct Privileges {
    private let userName: String
    private let userID: uid_t
    private let groupID: gid_t

    /// Looks up a user, and a group where one is named; else it is the user's own.
    init(user: String, group: String?) throws(PrivilegeError) {
        guard let entry = try Self.user(named: user) else { throw .unknownUser(user) }
        userName = user
        userID = entry.userID
        guard let group else {
            groupID = entry.groupID
            return
        }
        guard let id = try Self.group(named: group) else { throw .unknownGroup(group) }
        groupID = id
    }

    static var isRoot: Bool { geteuid() == 0 }

    /// Becomes that user for good: the user's groups, the group, the user, and a look whether it is so.
    func drop() throws(PrivilegeError) {
        guard unsafe initgroups(userName, groupID) == 0 else { throw .failed("initgroups", .last) }
        guard setgid(groupID) == 0 else { throw .failed("setgid", .last) }
        guard setuid(userID) == 0 else { throw .failed("setuid", .last) }
        guard getuid() == userID, geteuid() == userID, getgid() == groupID, getegid() == groupID else {
            throw .kept
        }
        // Who can become root again, from a saved user ID, has not given anything up.
        if userID != 0, setuid(0) == 0 || seteuid(0) == 0 { throw .kept }
    }

    /// Makes a directory for that user, where there is none yet. Whether it can be used is seen by who uses it.
    func makeDirectory(_ path: String) {
        guard unsafe mkdir(path, 0o700) == 0 else { return }
        _ = unsafe chown(path, userID, groupID)
    }

    //--- The databases of users and groups ---

    private static func user(
        named name: String
    ) throws(PrivilegeError) -> (userID: uid_t, groupID: gid_t)? {
        var buffer = [CChar](repeating: 0, count: entrySize)
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        let status = unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard unsafe found != nil else {
            if saysUnknown(status) { return nil }
            throw .failed("getpwnam_r", SystemFailure(code: status))
        }
        return unsafe (entry.pw_uid, entry.pw_gid)
    }

    private static func group(named name: String) throws(PrivilegeError) -> gid_t? {
        var buffer = [CChar](repeating: 0, count: entrySize)
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        let status = unsafe getgrnam_r(name, &entry, &buffer, buffer.count, &found)
        guard unsafe found != nil else {
            if saysUnknown(status) { return nil }
            throw .failed("getgrnam_r", SystemFailure(code: status))
        }
        return unsafe entry.gr_gid
    }

    /// Room for the strings of one entry; a group of a few thousand members fits.
    private static let entrySize = 65_536

    /// What the C library says of an entry that is not there (getpwnam(3), "Errors").
    private static func saysUnknown(_ status: Int32) -> Bool {
        [0, ENOENT, ESRCH, EBADF, EPERM].contains(status)
    }
}

enum PrivilegeError: Error, Hashable, CustomStringConvertible {
    case unknownUser(String)
    case unknownGroup(String)
    case failed(String, SystemFailure)
    /// The system says that it is done, and it is not.
    case kept

    var description: String {
        switch self {
        case .unknownUser(let name): "process.user: there is no user \"\(name)\" on this system"
        case .unknownGroup(let name): "process.group: there is no group \"\(name)\" on this system"
        case .failed(let call, let failure): "cannot give up root: \(call): \(failure)"
        case .kept: "cannot give up root: the process still has it"
        }
    }
}
