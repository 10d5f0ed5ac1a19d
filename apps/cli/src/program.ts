import { Command } from 'commander'
import type { Tools } from './base/declare.ts'
import { declareBackup } from './backup/declare.ts'
import { declareAudit } from './audit/declare.ts'
import { declareControl } from './control/declare.ts'
import { declareDoctor } from './doctor/declare.ts'
import { declareEvents } from './events/declare.ts'
import { declareMerchant } from './merchant/declare.ts'
import { declareParked } from './parked/declare.ts'
import { declareRebuild } from './rebuild/declare.ts'
import { declareSandbox } from './sandbox/declare.ts'
import { declareSegments } from './segments/declare.ts'
import { declareStock } from './stock/declare.ts'
import { declareWhy } from './why/declare.ts'

const ABOUT = `Shows what Zyra does, explains why, and tells it what to do.

It reads the log and the rows of the installation that ZYRA_DATA names (.zyra in this
checkout unless told otherwise), and acts through its gateway.`

const CODES = `
Exit codes:
  0  done
  1  a difference or a problem was found, or what was asked for does not exist
  2  the command was not understood
  3  nothing is running, or it does not answer`

/** The whole command line. */
export const buildProgram = (tools: Tools): Command => {
  const { terminal } = tools
  const program = new Command('zyra')
    .description(ABOUT)
    .usage('<command> [options]')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ styleTitle: (title) => terminal.paint('bold', title), helpWidth: Math.min(terminal.width, 100) })
    .configureOutput({
      writeOut: (text) => terminal.out(...text.trimEnd().split('\n')),
      writeErr: (text) => terminal.err(...text.trimEnd().split('\n')),
      outputError: (text, write) => write(text.replace(/^error: /, '')),
    })
    .showHelpAfterError('See "npx zyra help" for what there is.')
    .addHelpText('after', CODES)
    .exitOverride()
    // An option after a command's own subcommand is the subcommand's.
    .enablePositionalOptions()
  declareEvents(program, tools)
  declareWhy(program, tools)
  declareStock(program, tools)
  declareParked(program, tools)
  declareRebuild(program, tools)
  declareControl(program, tools)
  declareAudit(program, tools)
  declareMerchant(program, tools)
  declareDoctor(program, tools)
  declareSegments(program, tools)
  declareBackup(program, tools)
  declareSandbox(program, tools)
  return program
}
