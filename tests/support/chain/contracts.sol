// SPDX-License-Identifier: MIT
// Contracts that real chains have and that are easy to get wrong. For the test chain only.
pragma solidity ^0.8.20;

contract Token {
    string public name;
    string public symbol;
    uint8 public decimals;
    uint256 public totalSupply;
    uint256 public fee;  // of a thousand, burned on every transfer
    mapping(address => uint256) internal held;
    mapping(address => mapping(address => uint256)) public allowance;
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply, uint256 fee_) {
        name = name_; symbol = symbol_; decimals = decimals_; totalSupply = supply; fee = fee_;
        held[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    function balanceOf(address who) public view virtual returns (uint256) { return held[who]; }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) { move(msg.sender, to, value); return true; }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        require(allowance[from][msg.sender] >= value, "allowance");
        allowance[from][msg.sender] -= value;
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) internal virtual {
        require(held[from] >= value, "balance");
        uint256 burned = value * fee / 1000;
        held[from] -= value;
        held[to] += value - burned;
        emit Transfer(from, to, value - burned);
        if (burned > 0) { totalSupply -= burned; emit Transfer(from, address(0), burned); }
    }
}

// What everyone holds grows by itself, and no event says so.
contract Rebasing is Token {
    uint256 public index = 1e18;
    constructor(uint256 supply) Token("Rebasing", "RBS", 18, supply, 0) {}
    function balanceOf(address who) public view override returns (uint256) { return held[who] * index / 1e18; }
    function rebase(uint256 to) external { index = to; }
    function move(address from, address to, uint256 value) internal override {
        uint256 shares = value * 1e18 / index;
        held[from] -= shares;
        held[to] += shares;
        emit Transfer(from, to, value);
    }
}

// Its symbol changes, it stops answering, and its events say what nobody did.
contract Unsteady is Token {
    bool public isMute;
    constructor() Token("Old", "OLD", 18, 1e27, 0) {}
    function rename(string calldata to) external { symbol = to; }
    function mute() external { isMute = true; }
    function balanceOf(address who) public view override returns (uint256) { require(!isMute, "mute"); return held[who]; }
    function forge(address from, address to, uint256 value) external { emit Transfer(from, to, value); }
}

contract Airdrop {
    function drop(Token token, address[] calldata to, uint256 value) external {
        for (uint256 i = 0; i < to.length; i++) token.transfer(to[i], value);
    }
}

// A contract that forwards value, also two calls deep, also in a call that fails in the end and is caught.
contract Forwarder {
    function pay(address payable to) public payable { (bool ok, ) = to.call{value: msg.value}(""); require(ok); }
    function payMany(address payable[] calldata to) external payable {
        for (uint256 i = 0; i < to.length; i++) { (bool ok, ) = to[i].call{value: msg.value / to.length}(""); require(ok); }
    }
    function deep(address payable to, bool fails) external payable { try this.inner{value: msg.value}(to, fails) {} catch {} }
    function inner(address payable to, bool fails) external payable { this.pay{value: msg.value}(to); require(!fails, "no"); }
    function refuse() external payable { revert("refused"); }
    receive() external payable {}
}

// A wallet that is a contract: its owner tells it what to call.
contract Wallet {
    function execute(address to, uint256 value, bytes calldata data) external {
        (bool ok, ) = to.call{value: value}(data);
        require(ok, "call");
    }
    receive() external payable {}
}

contract Bomb {
    constructor() payable {}
    function boom(address payable to) external { selfdestruct(to); }
}

// Writes the events of a wrapper and is none.
contract Lookalike {
    event Deposit(address indexed dst, uint256 wad);
    function deposit() external payable { emit Deposit(msg.sender, msg.value); }
}

contract Collectible {
    mapping(uint256 => address) public ownerOf;
    mapping(address => mapping(uint256 => uint256)) public balances;
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    function name() external pure returns (string memory) { return "Collectible"; }
    function mint(address to, uint256 id) external { ownerOf[id] = to; emit Transfer(address(0), to, id); }
    function transferFrom(address from, address to, uint256 id) external {
        require(ownerOf[id] == from && msg.sender == from, "owner");
        ownerOf[id] = to;
        emit Transfer(from, to, id);
    }
}

contract Multi {
    mapping(address => mapping(uint256 => uint256)) internal held;
    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
    event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);
    function balanceOf(address who, uint256 id) external view returns (uint256) { return held[who][id]; }
    function mint(address to, uint256[] calldata ids, uint256[] calldata values) external {
        for (uint256 i = 0; i < ids.length; i++) held[to][ids[i]] += values[i];
        emit TransferBatch(msg.sender, address(0), to, ids, values);
    }
    function send(address to, uint256 id, uint256 value) external {
        held[msg.sender][id] -= value;
        held[to][id] += value;
        emit TransferSingle(msg.sender, msg.sender, to, id, value);
    }
}
